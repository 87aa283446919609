package speakers_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/speakers"
)

const good = `{"speaker":{"name":"Ada","email":"ada@example.org","bio":"Wrote\nprograms.","country":"GB"},
	"title":"Notes","description":"On the engine.","track":"History"}`

func talk() speakers.Presentation {
	return speakers.Presentation{
		Speaker: speakers.Speaker{Name: "Ada", Email: "ada@example.org"}, Title: "Notes", Description: "On the engine.", Track: "History",
	}
}

// problem returns what is wrong with the member of the pointer, once set has
// set it.
func problem(pointer string, set func(*speakers.Presentation)) string {
	p := talk()
	set(&p)
	for _, found := range p.Validate() {
		if found.Pointer == pointer {
			return found.Detail
		}
	}
	return ""
}

func TestEmail(t *testing.T) {
	detail := func(value string) string {
		return problem("/speaker/email", func(p *speakers.Presentation) { p.Speaker.Email = value })
	}
	for _, value := range []string{
		"ada@example.org", "a.b+c@sub.example.co.uk", "o'neil@example.ie", "用户@例子.中国", "ada@xn--fsqu00a.cn",
		strings.Repeat("a", 64) + "@example.org",
	} {
		if detail := detail(value); detail != "" {
			t.Errorf("%q: %s", value, detail)
		}
	}
	for _, value := range []string{
		"ada", "ada@", "@example.org", "ada@localhost", "ada@@example.org", "Ada <ada@example.org>", "<ada@example.org>",
		"ada@example.org, eve@example.org", "ada@exam ple.org", "ada@-example.org", "ada@example-.org", "ada@example..org",
		"ada@example.org.", "ada@[127.0.0.1]", "ada@127.0.0.1", ".ada@example.org", "ada.@example.org", "ada@exa_mple.org",
		" ada@example.org", "ada@example.org (Ada)", strings.Repeat("a", 65) + "@example.org",
		"ada@" + strings.Repeat("a", 64) + ".org",
	} {
		if detail := detail(value); detail != "must be an email address" {
			t.Errorf("%q: %q", value, detail)
		}
	}
}

func TestCountry(t *testing.T) {
	detail := func(value string) string {
		return problem("/speaker/country", func(p *speakers.Presentation) { p.Speaker.Country = value })
	}
	for _, value := range []string{
		"GB", "nz", "AQ", "England", "Turkey", "Türkiye", "Côte d’Ivoire", "Côte d'Ivoire", "St. Kitts & Nevis",
		"Congo (Kinshasa)", "USA", "Korea, Republic of", "Guinea-Bissau", "",
	} {
		if detail := detail(value); detail != "" {
			t.Errorf("%q: %s", value, detail)
		}
	}
	for _, value := range []string{
		"XX", "SU", "UK", "ZZ", "EU", "X", "1", "A ", " A", "é1", "12345", "Land 51", "<b>", "(Kinshasa)", "Україна", "a@b.org", "-----",
		strings.Repeat("o", 61), strings.Repeat(" ", 61), "\v",
	} {
		if detail(value) == "" {
			t.Errorf("%q is accepted", value)
		}
	}
}

// The 249 officially assigned codes of ISO 3166-1 alpha-2.
func TestThereAre249Countries(t *testing.T) {
	accepted := 0
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if problem("/speaker/country", func(p *speakers.Presentation) { p.Speaker.Country = string([]rune{a, b}) }) == "" {
				accepted++
			}
		}
	}
	if accepted != 249 {
		t.Errorf("%d codes are accepted", accepted)
	}
}

func TestTheLongestIsAccepted(t *testing.T) {
	p := speakers.Presentation{
		Speaker: speakers.Speaker{Name: strings.Repeat("é", 100), Email: "a@b.org", Bio: strings.Repeat("語", 2000), Country: strings.Repeat("o", 60)},
		Title:   strings.Repeat("é", 200), Description: strings.Repeat("語", 5000), Track: strings.Repeat("é", 100),
	}
	if found := p.Validate(); len(found) > 0 {
		t.Error(found)
	}
}

// submit returns what the job says to a body: a code, and every problem.
func submit(t *testing.T, body string) (code string, problems []string) {
	t.Helper()
	var refused *async.RequestError
	err := asynctest.Submit(t, speakers.Job(speakers.Simulated{}), body)
	if err != nil && !errors.As(err, &refused) {
		t.Fatal(err)
	}
	if refused == nil {
		return "", nil
	}
	for _, f := range refused.Fields {
		problems = append(problems, f.Pointer+" "+f.Detail)
	}
	return refused.Code, problems
}

func TestSubmissionsThatAreAccepted(t *testing.T) {
	for name, body := range map[string]string{
		"as documented": good,
		"other case":    strings.NewReplacer("speaker", "SPEAKER", "email", "eMail", "title", "Title").Replace(good),
		"with unknown":  strings.Replace(good, `{"speaker"`, `{"id":17,"x":{"y":[1,{}]},"speaker"`, 1),
		"with space":    " \n" + good + "\t",
		"with a BOM":    "\xef\xbb\xbf" + good,
		"null bio":      strings.Replace(good, `"Wrote\nprograms."`, "null", 1),
	} {
		if code, problems := submit(t, body); code != "" {
			t.Errorf("%s: %s %v", name, code, problems)
		}
	}
}

func TestEveryProblemIsReported(t *testing.T) {
	long := strings.Repeat("ä", 5001)
	missing := []string{
		"/speaker/name is required", "/speaker/email is required", "/title is required", "/description is required", "/track is required",
	}
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"nothing given":  {`{}`, missing},
		"blank and null": {`{"speaker":{"name":" ","email":null},"title":"\t","description":"","track":null}`, missing},
		"wrong types": {`{"speaker":{"name":1,"email":[],"bio":{},"country":true},"title":2,"description":false,"track":{}}`, []string{
			"/speaker/name must be a string", "/speaker/email must be a string", "/speaker/bio must be a string",
			"/speaker/country must be a string", "/title must be a string", "/description must be a string", "/track must be a string",
		}},
		"a wrong type among others": {`{"speaker":{"email":"ada"},"title":2,"description":"d"}`, []string{
			"/title must be a string", "/speaker/name is required", "/speaker/email must be an email address", "/track is required",
		}},
		"speaker is text": {`{"speaker":"Ada","title":"Notes","description":"d","track":"t"}`, []string{"/speaker must be a JSON object"}},
		"too long": {`{"speaker":{"name":"` + long[:202] + `","email":"a@b.org","bio":"` + long[:4002] + `"},` +
			`"title":"` + long[:402] + `","description":"` + long + `","track":"` + long[:202] + `"}`, []string{
			"/speaker/name must be at most 100 characters long", "/speaker/bio must be at most 2000 characters long",
			"/title must be at most 200 characters long", "/description must be at most 5000 characters long",
			"/track must be at most 100 characters long",
		}},
		"control characters": {`{"speaker":{"name":"A\nB","email":"a@b.org"},"title":"a\u0000","description":"a\u0007","track":"a\tb"}`, []string{
			"/speaker/name must not contain control characters", "/title must not contain control characters",
			"/description must not contain control characters", "/track must not contain control characters",
		}},
		"an array": {`[]`, []string{" must be a JSON object"}},
		"null":     {` null `, []string{" must be a JSON object"}},
		"a number": {`1`, []string{" must be a JSON object"}},
	} {
		if code, got := submit(t, c.body); code != api.CodeInvalidSubmission || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %s\ngot  %q\nwant %q", name, code, got, c.want)
		}
	}
}

func TestBodiesThatAreNotReadable(t *testing.T) {
	for _, body := range []string{
		"", " ", "{", "speaker=Ada", good + good, `{"title":"` + "\xff" + `"}`, strings.Repeat("[", 20000),
		strings.Replace(good, `"title"`, `"TITLE":"Old","title"`, 1),
	} {
		if code, problems := submit(t, body); code != api.CodeMalformedRequest || problems != nil {
			t.Errorf("%.20q: %s %v", body, code, problems)
		}
	}
}

func TestExamplesAreComplete(t *testing.T) {
	if err := speakers.Job(speakers.Simulated{}).Check(); err != nil {
		t.Error(err)
	}
}

// What is valid stays valid and the same when it is stored and read again.
func FuzzValidate(f *testing.F) {
	seeds, err := filepath.Glob("testdata/presentations/*.json")
	if err != nil || len(seeds) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range seeds {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var p, again speakers.Presentation
		if json.Unmarshal(body, &p) != nil || len(p.Validate()) > 0 {
			return
		}
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &again); err != nil || again != p || slices.Clone(again.Validate()) != nil {
			t.Errorf("%q reads as %+v, %v", body, again, err)
		}
	})
}
