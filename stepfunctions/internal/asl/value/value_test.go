package value

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestParseKeepsOrderAndNumbers(t *testing.T) {
	for _, text := range []string{
		`{"b":1.0,"a":[1,2.50,-0.0,1e3],"c":{}}`, `[]`, `"a\"\\\n\u0001é"`, `null`, `true`, `0`, `{"x":{"z":1,"y":null}}`, `"<&>"`,
	} {
		v, err := Parse([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := Text(v); got != text {
			t.Errorf("%s came back as %s", text, got)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, reason := range map[string]string{
		``: "EOF", `{`: "EOF", `{"a"}`: "colon", `[1,]`: "expected", `01`: "after", `1.`: "EOF", `nul`: "unknown word",
		`"a` + "\n" + `"`: "control", `"\x"`: "escape", `"\u12"`: "hexadecimal", `{a:1}`: "name", `[1 2]`: "comma", `1 x`: "after",
		strings.Repeat("[", 2000): "nested in more than 1000 levels",
	} {
		_, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%.20q: got %v, want an error about %q", text, err, reason)
		}
	}
}

// Both ways to read a text agree on how deep it may be.
func TestDepth(t *testing.T) {
	nested := func(open, inside, end string, levels int) string {
		return strings.Repeat(open, levels) + inside + strings.Repeat(end, levels)
	}
	for _, c := range []struct {
		text string
		ok   bool
	}{
		{nested("[", "", "]", 1000), true},
		{nested("[", "1", "]", 1000), true},
		{nested("[", "", "]", 1001), false},
		{nested(`{"a":`, "1", "}", 1000), true},
		{nested(`{"a":`, "1", "}", 1001), false},
		{nested("[", "", "]", 5000), false},
		{nested("[", "", "]", 20_000), false},
		{`["` + nested("[", "", "]", 2000) + `\"[", {}]`, true},
		{`["\\",` + nested("[", "", "]", 999) + `]`, true},
		{`["\\",` + nested("[", "", "]", 1000) + `]`, false},
	} {
		_, err := Parse([]byte(c.text))
		if checked := Check([]byte(c.text)); (err == nil) != c.ok || (checked == nil) != c.ok {
			t.Errorf("%.20s (%d bytes): %v and %v, want accepted %v", c.text, len(c.text), err, checked, c.ok)
		}
	}
}

func TestStrictReportsDuplicates(t *testing.T) {
	var at []string
	_, err := ParseStrict([]byte(`{"a":{"b/c":1,"b/c":2},"a":[{"d":1, "d":1}]}`), func(p string, offset int) { at = append(at, fmt.Sprint(offset, " ", p)) })
	want := []string{"14 /a/b~1c", "23 /a", "36 /a/0/d"}
	if err != nil || !reflect.DeepEqual(at, want) {
		t.Errorf("got %v, %v; want %v", at, err, want)
	}
}

func TestObjectWithCopies(t *testing.T) {
	v, _ := Parse([]byte(`{"a":1,"b":2}`))
	o := v.(*Object)
	if got := Text(o.With("a", "x").With("c", nil)); got != `{"a":"x","b":2,"c":null}` {
		t.Error(got)
	}
	if got := Text(o); got != `{"a":1,"b":2}` {
		t.Error("the original changed:", got)
	}
}

func TestLargeObjectFindsItsMembers(t *testing.T) {
	o := &Object{}
	for i := range 100 {
		o.put(strings.Repeat("k", i+1), i)
	}
	for i := range 100 {
		if v, ok := o.Get(strings.Repeat("k", i+1)); !ok || v != i {
			t.Fatalf("member %d: %v %v", i, v, ok)
		}
	}
}

// FuzzParse holds Parse to encoding/json: the same texts are valid, and what
// Text writes means the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":[1,"\ud83d\ude00\ud800",null]}`, `-0.5e-7`, `"\u00`, "\"\xff\"", `[[]]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		v, err := Parse(src)
		if (err == nil) != json.Valid(src) && len(src) < maxDepth {
			t.Fatalf("%q: %v, but encoding/json says valid=%v", src, err, json.Valid(src))
		}
		if checked := Check(src); (checked == nil) != (err == nil) {
			t.Fatalf("%q: %v, but Check says %v", src, err, checked)
		}
		if err != nil {
			return
		}
		var want, got any
		decode(t, src, &want)
		decode(t, Append(nil, v), &got)
		if !reflect.DeepEqual(got, want) && !bytes.Contains(src, []byte("-0")) {
			t.Fatalf("%q became %q", src, Text(v))
		}
	})
}

func decode(t *testing.T, src []byte, into *any) {
	d := json.NewDecoder(bytes.NewReader(src))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%q: %v", src, err)
	}
}
