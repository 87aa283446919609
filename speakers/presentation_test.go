package speakers

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const good = `{"speaker":{"name":"Ada","email":"ada@example.org","bio":"Wrote\nprograms.","country":"GB"},
	"title":"Notes","description":"On the engine.","track":"History"}`

func TestParseReadsAllMembers(t *testing.T) {
	want := Presentation{
		Speaker: Speaker{Name: "Ada", Email: "ada@example.org", Bio: "Wrote\nprograms.", Country: "GB"},
		Title:   "Notes", Description: "On the engine.", Track: "History",
	}
	for name, body := range map[string]string{
		"as documented": good,
		"other case":    strings.NewReplacer("speaker", "SPEAKER", "email", "eMail", "title", "Title").Replace(good),
		"with unknown":  strings.Replace(good, `{"speaker"`, `{"id":17,"x":{"y":[1,{}]},"speaker"`, 1),
		"with space":    " \n" + good + "\t",
		"given twice":   strings.Replace(good, `"title"`, `"TITLE":"Old","title"`, 1),
	} {
		got, problems, err := Parse([]byte(body))
		if err != nil || problems != nil || got != want {
			t.Errorf("%s: %+v, %v, %v", name, got, problems, err)
		}
	}
}

func TestParseReportsEveryProblem(t *testing.T) {
	long := strings.Repeat("ä", 5001)
	tests := map[string]struct {
		body string
		want []string
	}{
		"nothing given": {`{}`, []string{
			"/speaker/name is required", "/speaker/email is required",
			"/title is required", "/description is required", "/track is required",
		}},
		"blank and null": {`{"speaker":{"name":" ","email":null},"title":"\t","description":"","track":null}`, []string{
			"/speaker/name is required", "/speaker/email is required",
			"/title is required", "/description is required", "/track is required",
		}},
		"wrong types": {`{"speaker":{"name":1,"email":[],"bio":{},"country":true},"title":2,"description":false,"track":{}}`, []string{
			"/speaker/name must be a string", "/speaker/email must be a string",
			"/speaker/bio must be a string", "/speaker/country must be a string",
			"/title must be a string", "/description must be a string", "/track must be a string",
		}},
		"speaker is text": {`{"speaker":"Ada","title":"Notes","description":"d","track":"t"}`, []string{
			"/speaker must be a JSON object",
		}},
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
	}
	for name, test := range tests {
		_, problems, err := Parse([]byte(test.body))
		var got []string
		for _, p := range problems {
			got = append(got, p.Pointer+" "+p.Detail)
		}
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %v, %v\nwant %v", name, got, err, test.want)
		}
	}
}

func TestParseAcceptsTheLongest(t *testing.T) {
	p := Presentation{
		Speaker: Speaker{Name: strings.Repeat("é", 100), Email: "a@b.org", Bio: strings.Repeat("語", 2000), Country: strings.Repeat("o", 60)},
		Title:   strings.Repeat("é", 200), Description: strings.Repeat("語", 5000), Track: strings.Repeat("é", 100),
	}
	body, _ := json.Marshal(p)
	if got, problems, err := Parse(body); err != nil || problems != nil || got != p {
		t.Errorf("%v, %v", problems, err)
	}
}

func TestParseRefusesWhatIsNotJSON(t *testing.T) {
	for _, body := range []string{"", " ", "{", "speaker=Ada", good + good, `{"title":"` + "\xff" + `"}`, strings.Repeat("[", 20000)} {
		if _, problems, err := Parse([]byte(body)); !errors.Is(err, ErrSyntax) || problems != nil {
			t.Errorf("%.20q: %v, %v", body, problems, err)
		}
	}
}

func TestCanonicalIsTheSameHoweverSent(t *testing.T) {
	other := `{"TRACK":"History","id":"x","description":"On the engine.","title":"Notes",
		"Speaker":{"country":"GB","Bio":"Wrote\u000aprograms.","email":"ada@example.org","name":"\u0041da"}}`
	var all []string
	for _, body := range []string{good, other} {
		p, _, _ := Parse([]byte(body))
		canonical, err := p.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(canonical))
	}
	if all[0] != all[1] {
		t.Errorf("differ:\n%s\n%s", all[0], all[1])
	}
	if again, _, _ := Parse([]byte(all[0])); again.Speaker.Name != "Ada" {
		t.Errorf("a canonical presentation is not one: %+v", again)
	}
}

func FuzzParse(f *testing.F) {
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
		p, problems, err := Parse(body)
		if err != nil || problems != nil {
			return
		}
		canonical, err := p.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		if again, problems, err := Parse(canonical); again != p || problems != nil || err != nil {
			t.Errorf("the canonical form of %q reads as %+v, %v, %v", body, again, problems, err)
		}
	})
}
