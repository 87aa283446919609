package async

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
)

type embedded struct {
	Inner string `json:"inner"`
}

type everything struct {
	embedded
	Speaker struct {
		Name string `json:"name"`
	} `json:"speaker"`
	Text    string            `json:"text"`
	Whole   int               `json:"whole"`
	Small   int8              `json:"small"`
	Count   uint              `json:"count"`
	Real    float64           `json:"real"`
	Yes     bool              `json:"yes"`
	List    []int             `json:"list"`
	Labels  map[string]int    `json:"labels"`
	When    time.Time         `json:"when"`
	Address netip.Addr        `json:"address"`
	Bytes   []byte            `json:"bytes"`
	Any     any               `json:"any"`
	Raw     json.RawMessage   `json:"raw"`
	Number  json.Number       `json:"number"`
	Pointer *string           `json:"pointer"`
	Quoted  int               `json:"quoted,string"`
	Deep    []map[string]bool `json:"deep"`
	Hidden  string            `json:"-"`
	Plain   string
}

func pointers(problems []api.FieldError) (all []string) {
	for _, p := range problems {
		all = append(all, p.Pointer)
	}
	slices.Sort(all)
	return all
}

// Every member of a wrong type is a problem, by its documented name; a value is
// never repeated.
func TestDecodeReportsEveryWrongType(t *testing.T) {
	tests := []struct {
		body string
		want string // the pointers of problems
	}{
		{`{}`, ""},
		{`{"speaker":{"name":"Ada"},"text":"t","whole":-1,"small":127,"count":1,"real":1e3,"yes":true,"list":[1],"labels":{"a":1},` +
			`"when":"2026-01-02T03:04:05Z","address":"::1","bytes":"aGk=","any":[1,{}],"raw":{"x":[]},"number":12,"pointer":"p","quoted":"5","deep":[{"x":true}],"Plain":"p","inner":"i"}`, ""},
		{`{"speaker":1,"text":2,"whole":"x","small":128,"count":-1,"real":"1","yes":"true","list":{},"labels":[],"when":"now","address":"x","bytes":"%","number":"x","pointer":1,"Plain":[],"inner":{}}`,
			"/Plain /address /bytes /count /inner /labels /list /number /pointer /real /small /speaker /text /when /whole /yes"},
		{`{"whole":1.5,"real":1e400,"text":["x"],"speaker":{"name":{}}}`, "/real /speaker/name /text /whole"},
		{`{"list":[1,"x",2.5],"labels":{"a/b~c":"x","ok":1},"deep":[{"x":1},{"y":true},3]}`, "/deep/0/x /deep/2 /labels/a~1b~0c /list/1 /list/2"},
		{`{"TEXT":1,"Speaker":{"NAME":2}}`, "/speaker/name /text"},
		{`{"text":null,"speaker":null,"list":null,"whole":null,"pointer":null}`, ""},
		{`{"unknown":{"text":1},"hidden":3,"-":1}`, ""},
		{`{"bytes":[104,105]}`, "/bytes"},
		{`{"quoted":5}`, ""},
		{`[]`, ""}, {`"x"`, ""}, {`null`, ""}, {`7`, ""},
	}
	for _, tt := range tests {
		_, problems, err := decodeJSON[everything]([]byte(tt.body))
		if err != nil {
			t.Errorf("%s: %v", tt.body, err)
		}
		whole := tt.body[0] != '{' || strings.Contains(tt.body, `"quoted":5`)
		if got := strings.Join(pointers(problems), " "); got != tt.want || whole != (len(problems) == 1 && problems[0].Pointer == "") {
			t.Errorf("%s: problems %+v, want %q", tt.body, problems, tt.want)
		}
	}
}

// Numbers of any size survive where nothing is expected of them.
func TestDecodeKeepsNumbers(t *testing.T) {
	const body = `{"any":{"id":12345678901234567890123,"huge":1e400},"raw":1e400,"number":12345678901234567890123}`
	got, problems, err := decodeJSON[everything]([]byte(body))
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	want := map[string]any{"id": json.Number("12345678901234567890123"), "huge": json.Number("1e400")}
	if !reflect.DeepEqual(got.Any, want) || string(got.Raw) != "1e400" || got.Number != "12345678901234567890123" {
		t.Errorf("%+v", got)
	}
	// And what is kept of an input is read again as it was.
	job := Job[everything, None]{Stages: []Stage[everything, None]{{Name: "A"}}}
	text, problems, err := job.accept([]byte(`{"any":12345678901234567890123,"quoted":"0","number":1}`))
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	r, err := runOf[everything, None](&core{input: text})
	if err != nil || r.Input.Any != json.Number("12345678901234567890123") {
		t.Errorf("%+v, %v", r, err)
	}
}

// A name that occurs twice is refused: readers take the first, the last or both.
// Names of a struct have no case, those of a map do.
func TestDecodeRefusesDuplicates(t *testing.T) {
	for body, twice := range map[string]bool{
		`{"text":"a","text":"b"}`:                    true,
		`{"text":"a","Text":"b"}`:                    true,
		`{"speaker":{},"ſpeaker":{}}`:                true, // U+017F folds to s, and encoding/json takes the last
		`{"speaker":{"name":"a","NAME":"b"}}`:        true,
		`{"speaKer":{},"spea\u212Aer":{}}`:           true, // the Kelvin sign folds to k
		`{"te\u0078t":"a","text":"b"}`:               true,
		`{"labels":{"a":1,"A":2}}`:                   false,
		`{"labels":{"a":1,"a":2}}`:                   true,
		`{"any":{"a":1,"A":2}}`:                      false,
		`{"any":[{"a":1},{"a":1,"a":1}]}`:            true,
		`{"unknown":1,"UNKNOWN":2}`:                  false,
		`{"unknown":1,"unknown":2}`:                  true,
		`{"inner":"a","INNER":"b"}`:                  true,
		`{"deep":[{"x":true,"X":false},{"x":true}]}`: false,
		`{"raw":{"a":1,"a":2}}`:                      true,
		`{"plain":"a","Plain":"b"}`:                  true,
	} {
		_, _, err := decodeJSON[everything]([]byte(body))
		if (err != nil) != twice {
			t.Errorf("%s: %v, want refused %v", body, err, twice)
		}
		if err != nil && !strings.Contains(err.Error(), "a name occurs twice in an object") {
			t.Errorf("%s: %v", body, err)
		}
	}
	// Two members that differ in case only are found by their exact names.
	type cased struct {
		Lower int `json:"a"`
		Upper int `json:"A"`
	}
	got, problems, err := decodeJSON[cased]([]byte(`{"A":1,"a":2}`))
	if got != (cased{2, 1}) || len(problems) > 0 || err != nil {
		t.Errorf("%+v, %v, %v", got, problems, err)
	}
}

func TestCheckJSON(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for body, want := range map[string]string{
		`{"a":[1,2.5e3,"x",null,true]}`: "",
		"\xef\xbb\xbf {\"a\":1} \n":     "",
		`"text"`:                        "",
		deep(MaxDepth):                  "",
		deep(MaxDepth + 1):              "more than 64 levels deep",
		``:                              "the body is empty",
		" \n\t":                         "the body is empty",
		"\xef\xbb\xbf":                  "the body is empty",
		"\xef\xbb\xbf\xef\xbb\xbf{}":    "not valid JSON at byte",
		"{\"a\":\"\xff\"}":              "not valid UTF-8",
		`{"a":1`:                        "not valid JSON at byte",
		`{"a":}`:                        "not valid JSON at byte",
		`{"a":1,}`:                      "not valid JSON at byte",
		`{"a":01}`:                      "not valid JSON at byte",
		`{"a":1} {"a":1}`:               "more than one value",
		`{"a":1}]`:                      "not valid JSON at byte",
		`{"a":1,"b":2,"a":3}`:           "at byte 16: a name occurs twice",
		"{\"a\":1}\xef\xbb\xbf":         "not valid JSON at byte",
		`[{"secret":1,"secret":2}]`:     "a name occurs twice",
	} {
		err := CheckJSON([]byte(body))
		if want == "" {
			if err != nil {
				t.Errorf("%.30q: %v", body, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%.30q: %v, want %q", body, err, want)
		}
	}
}

// What decodeJSON accepts encoding/json reads to the same value.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"text":"a","labels":{"a":1,"A":2},"list":[1],"quoted":"1"}`))
	f.Add([]byte(`{"ſpeaker":{"name":"x"},"bytes":"aGk=","when":"2026-01-02T03:04:05Z"}`))
	f.Add([]byte("\xef\xbb\xbf[1e400]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, problems, err := decodeJSON[everything](body)
		if err != nil || len(problems) > 0 {
			return
		}
		var want everything
		d := json.NewDecoder(strings.NewReader(strings.TrimPrefix(string(body), "\xef\xbb\xbf")))
		d.UseNumber()
		if err := d.Decode(&want); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("accepted as %+v, but encoding/json reads %+v, %v", got, want, err)
		}
	})
}
