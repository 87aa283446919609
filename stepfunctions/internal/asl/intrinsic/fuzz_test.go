package intrinsic_test

import (
	"errors"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/intrinsic"
	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// FuzzCall holds that no call and no document makes a panic, and that errors
// are of the promised types.
func FuzzCall(f *testing.F) {
	for _, call := range []string{
		`States.Format('{} \{ it\'s', $.a[?(@.b == ')')])`, `States.ArrayPartition($.a, 1e99)`, `States.ArrayRange(-2147483648, 2147483647, -1)`,
		`States.Base64Decode('a=b')`, `States.MathRandom(-1, 1, 1)`, `States.JsonMerge($, $, false)`, `States.StringToJson('{"a":')`,
		`States.Array(States.UUID(), null, true, -1.5, '', $$.x, $v)`, `States.Hash($, 'MD5')`, `States.ArrayUnique(States.StringSplit($.s, ','))`,
	} {
		f.Add(call, `{"a":[{"b":1}],"s":"x,y"}`)
	}
	f.Fuzz(func(t *testing.T, text, document string) {
		c, err := intrinsic.Parse(text)
		if err != nil {
			var syntax *intrinsic.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("%q: %T", text, err)
			}
			return
		}
		root, err := value.Parse([]byte(document))
		if err != nil {
			return
		}
		_, err = c.Eval(&env{document: root})
		var wrong *intrinsic.ArgumentsError
		var missing *intrinsic.MissingError
		var failed *jsonpath.EvaluationError
		if err != nil && !errors.As(err, &wrong) && !errors.As(err, &missing) && !errors.As(err, &failed) {
			t.Fatalf("%q: %T %v", text, err, err)
		}
	})
}
