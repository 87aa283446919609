package jsonpath_test

import (
	"errors"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
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
