package asl_test

import (
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// TestStatelint compares the number of problems with that of AWS's linter. The
// linter takes any URI for a Resource, which AWS does not, so what is said about
// those does not count here.
func TestStatelint(t *testing.T) {
	same, total := 0, 0
	for _, c := range recorded(t, "statelint/cases.json")["cases.json"].([]any) {
		total++
		var got []string
		for _, d := range asl.Validate(value.Append(nil, field(c, "definition")), asl.Options{}) {
			if !strings.HasSuffix(d.Location, "/Resource") {
				got = append(got, d.String())
			}
		}
		want, _ := value.Integer(field(c, "problems"))
		if int64(len(got)) == want {
			same++
			continue
		}
		t.Errorf("%v: %d problems, want %d: %q", field(c, "id"), len(got), want, got)
	}
	t.Logf("%d of %d definitions have as many problems as the linter finds", same, total)
}
