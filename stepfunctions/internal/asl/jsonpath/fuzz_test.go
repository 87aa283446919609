package jsonpath_test

import (
	"encoding/json"
	"errors"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// FuzzPath holds that no path and no document makes a panic, that results are
// JSON, and that errors are of the promised types.
func FuzzPath(f *testing.F) {
	for _, path := range []string{
		"$", "$.a['b'][0]", "$$.Execution.Id", "$x.y", "$..a[?(@.b == 'c' && !(@.d > 1))].e", "$.a[-2:].length()", "$['a','b'][*]..c",
		"$[?(@.a =~ /x.*/i || @.b in ['y', 2])]", "$.a.concat($.b, 'c', 1)", "$[?(@..a[0] empty false)]",
	} {
		f.Add(path, `{"a":[{"b":"c","d":0,"e":[1,"x"]}],"b":null}`)
	}
	for _, path := range []string{"$.sum()", "$.avg()", "$.stddev()", "$.max()", "$.min()"} {
		f.Add(path, `[1e308,1e308,-1e999]`)
	}
	f.Fuzz(func(t *testing.T, text, document string) {
		path, err := jsonpath.Parse(text)
		if err != nil {
			var syntax *jsonpath.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("%q: %T", text, err)
			}
			return
		}
		root, err := value.Parse([]byte(document))
		if err != nil {
			return
		}
		evaluate(t, path, root)
	})
}

func evaluate(t *testing.T, path *jsonpath.Path, root any) {
	v, err := path.Get(root)
	var missing *jsonpath.NotFoundError
	var failed *jsonpath.EvaluationError
	if err != nil && !errors.As(err, &missing) && !errors.As(err, &failed) {
		t.Fatalf("%s: %T", path, err)
	}
	if _, isList := v.([]any); err == nil && !path.Definite() && !isList {
		t.Fatalf("%s is indefinite, but gave %s", path, value.Text(v))
	}
	if text := value.Text(v); err == nil && !json.Valid([]byte(text)) {
		t.Fatalf("%s gave %s, which is not JSON", path, text)
	}
	var mismatch *jsonpath.MatchError
	if _, err := path.Set(root, true); err != nil && !errors.As(err, &mismatch) {
		t.Fatalf("%s: %T", path, err)
	}
}

func BenchmarkGet(b *testing.B) {
	document, err := value.Parse([]byte(shop))
	if err != nil {
		b.Fatal(err)
	}
	for _, text := range []string{"$.store.book[0].title", "$.store.book[*].title", "$.store.book[?(@.price < 10)].title"} {
		path, err := jsonpath.Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := path.Get(document); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
