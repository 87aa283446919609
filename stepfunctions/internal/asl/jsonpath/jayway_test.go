package jsonpath_test

import (
	"os"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

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
