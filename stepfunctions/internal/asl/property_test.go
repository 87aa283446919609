package asl_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/asltest"
)

// TestParseOfPrintIsTheIdentity for generated definitions.
func TestParseOfPrintIsTheIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, err := asl.Parse(asltest.Definition().Draw(t, "definition"))
		if err != nil {
			t.Fatal(err)
		}
		again, err := asl.Parse(asl.Print(m))
		if err != nil || !reflect.DeepEqual(again.Source, m.Source) || !bytes.Equal(asl.Print(again), asl.Print(m)) {
			t.Fatalf("%v: %s", err, asl.Print(m))
		}
	})
}

// FuzzParse: any text is parsed, or rejected with problems or a syntax error;
// what was parsed prints as the same definition.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{"a.$":"$.b","c":[{"d.$":"States.UUID()"}]},"End":true}}}`,
		`{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Not":{"Variable":"$","IsNull":true},"Next":"A"}]}}}`,
		`{"States":[{"Type":7}],"StartAt":null}`, `{"States":{"a/b":{"Retry":[{"ErrorEquals":[1]}],"Catch":{}}}}`,
		`{"StartAt":"M","States":{"M":{"Type":"Map","Iterator":{"States":{}},"ItemBatcher":{"MaxItemsPerBatch":1.5}}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		m, err := asl.Parse(src)
		var syntax *value.SyntaxError
		if errors.As(err, &syntax) || m == nil {
			return
		}
		again, _ := asl.Parse(asl.Print(m))
		if again == nil || !bytes.Equal(asl.Print(again), asl.Print(m)) {
			t.Fatalf("%q prints as %q", src, asl.Print(m))
		}
	})
}
