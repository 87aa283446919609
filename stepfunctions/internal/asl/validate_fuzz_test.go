package asl_test

import (
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

// FuzzValidate holds that no definition makes a panic, that diagnostics are
// whole, and that what Validate lets pass can be read.
func FuzzValidate(f *testing.F) {
	for _, seed := range []string{
		one(task), one(mapper), one(`"Type":"Choice","Choices":[{"Not":{"And":[{"Variable":"$.x","StringMatches":"*"}]},"Next":"S"}]`),
		one(`"Type":"Parallel","Branches":[{"StartAt":"a","States":{"a":{"Type":"Fail"}}}],"Retry":[{"ErrorEquals":["States.ALL"]}],"End":true`),
		one(`"Type":"Wait","Timestamp":"2020-01-01T00:00:00Z","Assign":{"x.$":"States.UUID()"},"Next":"S"`),
		`{"QueryLanguage":"JSONata","States":{"":[]},"StartAt":null}`, `{"States":{"a":{"a":1,"a":2}}}`, `[`, `{"a":`, "\"\xff\"",
	} {
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, definition string, express bool) {
		diagnostics := asl.Validate([]byte(definition), asl.Options{Express: express})
		for _, d := range diagnostics {
			if d.Code == "" || d.Message == "" || d.Severity == "" {
				t.Fatalf("%q: %+v", definition, d)
			}
		}
		if asl.ErrorMessage(diagnostics) != "" {
			return
		}
		if _, err := asl.Parse([]byte(definition)); err != nil {
			t.Fatalf("%q passes, but: %v", definition, err)
		}
	})
}
