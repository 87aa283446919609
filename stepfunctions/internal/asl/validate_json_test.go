package asl_test

import (
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

func TestValidateJSON(t *testing.T) {
	for definition, want := range map[string]string{
		"{\n \"a\": nul }": `Unrecognized token 'nul': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')` + "\n at [Source: (String)\"{\n \"a\": nul }\"; line: 2, column: 10]",
		`{"a" 1}`:          `Unexpected character ('1' (code 49)): a colon was expected` + "\n at [Source: (String)\"{\"a\" 1}\"; line: 1, column: 7]",
		`{"a":`:            `Unexpected end-of-input: unexpected EOF` + "\n at [Source: (String)\"{\"a\":\"; line: 1, column: 6]",
	} {
		got := asl.Validate([]byte(definition), asl.Options{})
		if len(got) != 1 || got[0].Code != asl.InvalidJSONCode || got[0].Message != want {
			t.Errorf("%q: %q, want %q", definition, got, want)
		}
	}
	long := asl.Validate([]byte(strings.Repeat("x", 600)), asl.Options{})
	if !strings.Contains(long[0].Location, `x"[truncated 100 chars]; line: 1`) {
		t.Errorf("%s", long[0].Location)
	}
}
