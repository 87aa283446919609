package value

import (
	"encoding/json"
	"testing"
)

func TestEqual(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`1`, `1.0`, true},
		{`1e2`, `100`, true},
		{`9007199254740993`, `9007199254740992`, false},
		{`1`, `"1"`, false},
		{`"1"`, `1`, false},
		{`null`, `false`, false},
		{`null`, `null`, true},
		{`{"a":[1,{"b":null}],"c":2}`, `{"c":2,"a":[1.0,{"b":null}]}`, true},
		{`{"a":null}`, `{"b":null}`, false},
		{`{"a":1}`, `{"a":1,"b":1}`, false},
		{`[1,2]`, `[2,1]`, false},
		{`[]`, `{}`, false},
		{`true`, `[]`, false},
	} {
		a, err := Parse([]byte(c.a))
		if err != nil {
			t.Fatal(err)
		}
		b, err := Parse([]byte(c.b))
		if err != nil {
			t.Fatal(err)
		}
		if got := Equal(a, b); got != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}

func TestFromFloat(t *testing.T) {
	for f, want := range map[float64]json.Number{2: "2", -0.5: "-0.5", 1e21: "1e+21", 0: "0"} {
		if got := FromFloat(f); got != want {
			t.Errorf("%v: %s, want %s", f, got, want)
		}
	}
}
