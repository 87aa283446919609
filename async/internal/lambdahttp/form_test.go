package lambdahttp_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/lambdahttp"
)

type embedded struct {
	Inner string `json:"inner"`
}

// answer has a member of every kind.
type answer struct {
	embedded
	Yes     bool `json:"yes"`
	Count   int  `json:"count"`
	Small   *uint8
	Share   float64   `json:"share,omitempty"`
	Note    string    `json:"note"`
	Due     time.Time `json:"due"`
	hidden  string
	Ignored string `json:"-"`
}

// A form becomes the JSON of the answer's type.
func TestAnswerOfForms(t *testing.T) {
	for form, want := range map[string]string{
		"":                                 `{}`,
		"yes=on&count=7&Small=1&share=.5x": `{"Small":1,"count":7,"share":".5x","yes":true}`,
		"yes=no&count=+8+&share=1e2":       `{"count":8,"share":1e2,"yes":false}`,
		"yes=perhaps&count=[1]&note=":      `{"count":[1],"note":"","yes":"perhaps"}`,
		"inner=a&due=2026-01-02T03:04:05Z": `{"due":"2026-01-02T03:04:05Z","inner":"a"}`,
		"count=&share=&Small=&yes=":        `{}`,
		"hidden=a&Ignored=b&other=c&-=d":   `{}`,
		"note=%22%7D%00%C3%BC":             `{"note":"\"}\u0000ü"}`,
	} {
		values, err := url.ParseQuery(form)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(lambdahttp.AnswerOf(reflect.TypeFor[answer](), values)); got != want {
			t.Errorf("%s: %s, want %s", form, got, want)
		}
	}
	_ = answer{hidden: ""}
}

// A page has a control for every flat member, and says so where a person cannot
// answer.
func TestFormPage(t *testing.T) {
	page := lambdahttp.FormPage(async.CallbackView{Stage: "CreditCheck", Message: "<x>", Answer: reflect.TypeFor[answer]()},
		url.Values{"note": {"</textarea><script>"}}, []api.FieldError{{Pointer: "/count", Detail: "must be <b>"}, {Pointer: "/other", Detail: "is wrong"}})
	for _, want := range []string{
		"<h1>Credit check</h1>", "&lt;x&gt;", `type="radio" name="yes" value="true" required`, `type="number" step="1" name="count"`,
		`step="any" name="share" value=""></label>`, `name="Small" value=""></label>`, `name="inner"`, `name="due"`,
		"&lt;/textarea&gt;&lt;script&gt;", "must be &lt;b&gt;", "/other is wrong",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	for _, kind := range []reflect.Type{reflect.TypeFor[[]string](), reflect.TypeFor[struct{ Items []string }](), reflect.TypeFor[string]()} {
		page := lambdahttp.FormPage(async.CallbackView{Stage: "Review", Answer: kind}, nil, nil)
		if strings.Contains(page, "<form") || !strings.Contains(page, "answered by a program") {
			t.Errorf("%v has a form:\n%s", kind, page)
		}
	}
	if page := lambdahttp.FormPage(async.CallbackView{Stage: "Review", Answer: reflect.TypeFor[struct{}]()}, nil, nil); !strings.Contains(page, "<button>") {
		t.Errorf("an answer without members cannot be sent:\n%s", page)
	}
}
