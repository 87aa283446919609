package jsonpath_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

func TestParseFacts(t *testing.T) {
	for _, c := range []struct {
		path                string
		root                jsonpath.Root
		definite, reference bool
	}{
		{"$", jsonpath.Root{}, true, true},
		{"$.a['b'][0]", jsonpath.Root{}, true, true},
		{"$$", jsonpath.Root{Kind: jsonpath.Context}, true, true},
		{"$$.Execution.Id", jsonpath.Root{Kind: jsonpath.Context}, true, true},
		{"$order_1.total", jsonpath.Root{Kind: jsonpath.Variable, Name: "order_1"}, true, true},
		{"$größe", jsonpath.Root{Kind: jsonpath.Variable, Name: "größe"}, true, true},
		{"$.a[-1]", jsonpath.Root{}, true, false},
		{"$.a.length()", jsonpath.Root{}, true, false},
		{"$['a','b']", jsonpath.Root{}, true, false},
		{"$['a','b'].c", jsonpath.Root{}, false, false},
		{"$.a[0,1]", jsonpath.Root{}, false, false},
		{"$.a[1:]", jsonpath.Root{}, false, false},
		{"$..a", jsonpath.Root{}, false, false},
		{"$.*", jsonpath.Root{}, false, false},
		{"$.a[?(@.b)]", jsonpath.Root{}, false, false},
	} {
		p, err := jsonpath.Parse(c.path)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if p.Root() != c.root || p.Definite() != c.definite || p.Reference() != c.reference || p.String() != c.path {
			t.Errorf("%s: %+v definite %v reference %v", p, p.Root(), p.Definite(), p.Reference())
		}
	}
}

func TestParseRefuses(t *testing.T) {
	deep := "$[?(" + strings.Repeat("(", 10_000) + "@.a" + strings.Repeat(")", 10_000) + ")]"
	for _, text := range []string{
		"", "a", ".a", "@.a", "$.", "$..", "$.a.", "$.a..", "$...a", "$a b", "$.a b", "$[", "$[]", "$['a'", "$['a", "$['a',]",
		"$[a]", "$[1", "$[1:2:x]", "$[:]", "$[1,x]", "$[*", "$[?]", "$[?@.a]", "$[?(@.a]", "$[?(@.a ==)]", "$[?('a')]", "$[?(@.a == 'x)]",
		"$[?(@.a =~ /(/)]", "$[?(@.a =~ /x)]", "$.a.nothing()", "$.a.length(", "$.a.concat('a' 'b')", "$[99999999999999999999]", "$.a]", deep,
		strings.Repeat("$[?(@", 5000), "$[?(" + strings.Repeat("!", 10_000) + "@.a)]",
	} {
		_, err := jsonpath.Parse(text)
		var syntax *jsonpath.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.40s: %v", text, err)
		}
	}
}

// TestJayway compares with what Jayway's JsonPath 2.4.0 gave for the paths in
// testdata/jayway.json. Where an indefinite path leads nowhere, AWS gives an
// empty list even if Jayway fails.
func TestJayway(t *testing.T) {
	text, err := os.ReadFile("testdata/jayway.json")
	if err != nil {
		t.Fatal(err)
	}
	golden := decode(t, string(text)).(*value.Object)
	documents, _ := golden.Get("documents")
	cases, _ := golden.Get("cases")
	for _, v := range cases.([]any) {
		c := v.(*value.Object)
		number, _ := c.Get("document")
		i, _ := value.Integer(number)
		path, _ := c.Get("path")
		compare(t, path.(string), documents.([]any)[i], c)
	}
}

// comparable leaves out of an error what depends on the JSON library behind
// Jayway's: names of Java's types, and texts of objects.
func comparable(reason string) string {
	reason, _, _ = strings.Cut(reason, " but found ")
	reason, _, _ = strings.Cut(reason, "Current context is: {")
	return reason
}

func compare(t *testing.T, text string, document any, want *value.Object) {
	t.Helper()
	path, err := jsonpath.Parse(text)
	if _, invalid := want.Get("invalid"); invalid != (err != nil) {
		t.Errorf("%s: %v, but Jayway says invalid: %v", text, err, invalid)
	}
	if err != nil {
		return
	}
	if definite, _ := want.Get("definite"); definite != path.Definite() {
		t.Errorf("%s: definite %v", text, path.Definite())
	}
	got, err := path.Get(document)
	result, ok := want.Get("result")
	reason, _ := want.Get("error")
	switch {
	case !ok && !path.Definite() && err == nil:
		if value.Text(got) != "[]" {
			t.Errorf("%s = %s, want an empty list", text, value.Text(got))
		}
	case ok && (err != nil || !value.Equal(got, result)):
		t.Errorf("%s = %s, %v, want %s", text, value.Text(got), err, value.Text(result))
	case !ok && err == nil:
		t.Errorf("%s = %s, want the error %v", text, value.Text(got), reason)
	case !ok && comparable(err.Error()) != comparable(reason.(string)):
		t.Errorf("%s: %v, want %v", text, err, reason)
	}
}
