package jsonpath_test

import (
	"errors"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

func TestSet(t *testing.T) {
	for _, c := range []struct{ path, root, want string }{
		{"$", `{"a":1}`, `9`},
		{"$.a", `{"a":1,"b":2}`, `{"a":9,"b":2}`},
		{"$.c", `{"a":1}`, `{"a":1,"c":9}`},
		{"$.x.y.z", `{"a":1}`, `{"a":1,"x":{"y":{"z":9}}}`},
		{"$['x y'].z", `{}`, `{"x y":{"z":9}}`},
		{"$.a[1]", `{"a":[1,2,3]}`, `{"a":[1,9,3]}`},
		{"$.a[0].b", `{"a":[{"c":1}]}`, `{"a":[{"b":9,"c":1}]}`},
		{"$[0]", `[1]`, `[9]`},
	} {
		p, err := jsonpath.Parse(c.path)
		if err != nil {
			t.Fatal(err)
		}
		root := decode(t, c.root)
		got, err := p.Set(root, decode(t, `9`))
		if err != nil || !value.Equal(got, decode(t, c.want)) {
			t.Errorf("%s in %s: %v, %v, want %s", c.path, c.root, got, err, c.want)
		}
		if !value.Equal(root, decode(t, c.root)) {
			t.Errorf("%s changed its input to %v", c.path, root)
		}
	}
}

func TestSetRefuses(t *testing.T) {
	for path, root := range map[string]string{
		"$.a": `"text"`, "$.a.b": `{"a":1}`, "$.a[0]": `{"a":{}}`, "$.a[3]": `{"a":[1]}`, "$.n[0]": `{}`, "$.a.c": `{"a":null}`,
		"$.a[0].b": `{"a":[1]}`, "$[*]": `[1]`,
	} {
		p, err := jsonpath.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Set(decode(t, root), "v")
		var mismatch *jsonpath.MatchError
		if want := "Unable to apply ReferencePath " + path + " to input " + root; !errors.As(err, &mismatch) || err.Error() != want {
			t.Errorf("%s in %s: %v", path, root, err)
		}
	}
}
