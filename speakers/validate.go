package speakers

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// field is one text member, and its rule.
type field struct {
	pointer, value string
	required       bool
	// most is the greatest length, in Unicode code points.
	most int
	// lines allows line breaks and tabs.
	lines bool
	// check returns what is wrong with a value that is not blank, or "".
	check func(string) string
}

// Validate returns every problem with the presentation, in the order of its
// members.
func (p *Presentation) Validate() []api.FieldError {
	var found async.Problems
	// The bounds keep a record well below the stores' limits, and are generous
	// beside what conferences print.
	for _, f := range []field{
		{pointer: "/speaker/name", value: p.Speaker.Name, required: true, most: 100},
		{pointer: "/speaker/email", value: p.Speaker.Email, required: true, most: 254, check: checkEmail},
		{pointer: "/speaker/bio", value: p.Speaker.Bio, most: 2000, lines: true},
		{pointer: "/speaker/country", value: p.Speaker.Country, most: 60, check: checkCountry},
		{pointer: "/title", value: p.Title, required: true, most: 200},
		{pointer: "/description", value: p.Description, required: true, most: 5000, lines: true},
		{pointer: "/track", value: p.Track, required: true, most: 100},
	} {
		if detail := f.problem(); detail != "" {
			found.Add(f.pointer, detail)
		}
	}
	return found
}

// problem returns what is wrong with the value, or "".
func (f field) problem() string {
	blank := strings.TrimSpace(f.value) == ""
	switch {
	case blank && f.required:
		return "is required"
	case utf8.RuneCountInString(f.value) > f.most:
		return fmt.Sprintf("must be at most %d characters long", f.most)
	case strings.ContainsFunc(f.value, f.forbids):
		return "must not contain control characters"
	case !blank && f.check != nil:
		return f.check(f.value)
	}
	return ""
}

// forbids keeps control characters out of texts that end up in mails, logs and
// terminals.
func (f field) forbids(r rune) bool {
	if f.lines && (r == '\n' || r == '\r' || r == '\t') {
		return false
	}
	return unicode.IsControl(r)
}

const notAnAddress = "must be an email address"

// checkEmail accepts a bare address: what RFC 5322 allows, without a display
// name, comments or an address literal, at a domain that has a dot. Lengths of
// the parts are those of RFC 5321, section 4.5.3.1; labels may be
// internationalised (RFC 6531).
func checkEmail(value string) string {
	address, err := mail.ParseAddress(value)
	if err != nil || address.Name != "" || address.Address != value {
		return notAnAddress
	}
	at := strings.LastIndexByte(value, '@')
	local, domain := value[:at], value[at+1:]
	if len(local) > 64 || !isDomain(domain) {
		return notAnAddress
	}
	return ""
}

// isDomain reports whether name is a host name of two labels or more.
func isDomain(name string) bool {
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if !isLabel(label) {
			return false
		}
	}
	last := labels[len(labels)-1]
	return len(labels) > 1 && len(name) <= 253 && strings.ContainsFunc(last, unicode.IsLetter)
}

// isLabel reports whether s is one label of a host name (RFC 1123, section
// 2.1), or its form in other scripts.
func isLabel(s string) bool {
	if s == "" || len(s) > 63 || strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}
