package lambdahttp

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"strings"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// pageStyle is all that a page looks like; the policy names it by its hash.
const pageStyle = "body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}" +
	"label,legend{display:block;font-weight:600;margin-top:1rem}fieldset{border:0;padding:0;margin:0}fieldset label{font-weight:400;margin:0}" +
	"input:not([type=radio]),textarea{font:inherit;width:100%;box-sizing:border-box}button{font:inherit;margin-top:1.5rem;padding:.3rem 1.5rem}" +
	".problem{color:#b00020}"

// pagePolicy lets a page show itself and send its form to where it came from,
// and nothing else: it has no scripts, and asks no other host for anything.
var pagePolicy = fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	base64.StdEncoding.EncodeToString(hashOf(pageStyle)))

func hashOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// pageOf returns a response that browsers show. It is written by hand:
// html/template would keep every method of every type in the binary.
func pageOf(status int, page string) response {
	r := response{status: status, body: []byte(page)}
	r.set("Content-Type", "text/html; charset=utf-8")
	r.set("Content-Security-Policy", pagePolicy)
	return r
}

func messagePage(title, message string) string {
	return page(title, "<p>"+html.EscapeString(message)+"</p>\n")
}

func page(title, body string) string {
	title = html.EscapeString(title)
	return "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n" +
		"<meta name=\"robots\" content=\"noindex\">\n<title>" + title + "</title>\n<style>" + pageStyle + "</style>\n<main>\n<h1>" + title + "</h1>\n" + body + "</main>\n</html>\n"
}

// formPage returns the page with the form for an answer, filled with what was
// given before and with what is wrong with it.
func formPage(v async.CallbackView, given url.Values, problems []api.FieldError) string {
	var b strings.Builder
	fields, others := fieldsOf(v.Answer)
	fmt.Fprintf(&b, "<p>%s</p>\n<p>Answer before %s.</p>\n", html.EscapeString(v.Message), html.EscapeString(v.Expires.UTC().Format("2 January 2006, 15:04 MST")))
	shown := map[string]bool{}
	for _, f := range fields {
		shown["/"+f.name] = true
	}
	for _, p := range problems {
		if !shown[p.Pointer] {
			fmt.Fprintf(&b, "<p class=\"problem\" role=\"alert\">%s %s</p>\n", html.EscapeString(p.Pointer), html.EscapeString(p.Detail))
		}
	}
	if others {
		b.WriteString("<p>This is answered by a program: it sends the answer to this address with POST, as JSON.</p>\n")
		return page(label(v.Stage), b.String())
	}
	b.WriteString("<form method=\"post\">\n")
	for _, f := range fields {
		writeField(&b, f, given, problemsOf(problems, f))
	}
	b.WriteString("<button>Send</button>\n</form>\n")
	return page(label(v.Stage), b.String())
}

func writeField(b *strings.Builder, f field, given url.Values, problem string) {
	name, caption, value := html.EscapeString(f.name), html.EscapeString(f.label), html.EscapeString(given.Get(f.name))
	required := ""
	if !f.optional && f.kind != textField {
		required = " required"
	}
	switch f.kind {
	case boolField:
		fmt.Fprintf(b, "<fieldset>\n<legend>%s</legend>\n", caption)
		for _, choice := range [][2]string{{"true", "Yes"}, {"false", "No"}} {
			checked := ""
			if given.Get(f.name) == choice[0] {
				checked = " checked"
			}
			fmt.Fprintf(b, "<label><input type=\"radio\" name=\"%s\" value=\"%s\"%s%s> %s</label>\n", name, choice[0], required, checked, choice[1])
		}
		b.WriteString("</fieldset>\n")
	case wholeField, numberField:
		step := map[fieldKind]string{wholeField: "1", numberField: "any"}[f.kind]
		fmt.Fprintf(b, "<label>%s <input type=\"number\" step=\"%s\" name=\"%s\" value=\"%s\"%s></label>\n", caption, step, name, value, required)
	default:
		fmt.Fprintf(b, "<label>%s <textarea rows=\"2\" name=\"%s\">%s</textarea></label>\n", caption, name, value)
	}
	if problem != "" {
		fmt.Fprintf(b, "<p class=\"problem\" role=\"alert\">%s</p>\n", html.EscapeString(problem))
	}
}
