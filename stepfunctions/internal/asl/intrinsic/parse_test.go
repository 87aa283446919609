package intrinsic_test

import (
	"errors"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/intrinsic"
)

func TestParseRefuses(t *testing.T) {
	deep := strings.Repeat("States.Array(", 11) + strings.Repeat(")", 11)
	for _, text := range []string{
		"", "States", "States.Array", "States.Array(", "States.Array(1", "States.Array(1,)", "States.Array(,1)", "States.Array(1 2)",
		"States.Array(1))", "States.Array(1)[0]", "States.Array() x", "states.Array()", "States.array()", "States.Xyz()", "Array()", "$.a",
		"States.Array('a)", `States.Array("a")`, `States.Array('\n')`, `States.Array('\"')`, `States.Array('\`, "States.Array([1])", "States.Array({})",
		"States.Array(abc)", "States.Array($.)", "States.Array($.a[)", "States.Array(01)", "States.Array (1)", deep,
		strings.Repeat("States.Array(", 100_000),
	} {
		_, err := intrinsic.Parse(text)
		var syntax *intrinsic.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.40s: %v", text, err)
		}
	}
}

func TestParseNestsTenDeep(t *testing.T) {
	text := strings.Repeat("States.Array(", 10) + strings.Repeat(")", 10)
	if _, err := intrinsic.Parse(text); err != nil {
		t.Error(err)
	}
}
