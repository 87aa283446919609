package choice_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/choice"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// TestRecorded runs the comparisons that were recorded from AWS.
func TestRecorded(t *testing.T) {
	folder := os.Getenv("ASL_CASES")
	if folder == "" {
		t.Skip("NOT RUN: ASL_CASES does not name the folder of recorded cases")
	}
	files, err := filepath.Glob(filepath.Join(folder, "choice-batch", "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded comparisons in %s: %v", folder, err)
	}
	count := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		subcases, _ := parse(t, string(text)).(*value.Object).Get("subcases")
		for i, subcase := range subcases.([]any) {
			count++
			if got, want := decide(t, subcase), member(subcase, "expected", "output", "TestResult.$"); got != want {
				t.Errorf("%s, %d: %s, want %v: %s", filepath.Base(file), i, got, want, value.Text(member(subcase, "input")))
			}
		}
	}
	t.Logf("%d recorded comparisons in %d files", count, len(files))
}

// decide evaluates the one rule of a recorded case.
func decide(t *testing.T, subcase any) string {
	t.Helper()
	rule := member(subcase, "definition", "States", "CheckValues", "Choices").([]any)[0]
	input := member(subcase, "input")
	for _, m := range rule.(*value.Object).Members() {
		o, ok := choice.Lookup(m.Name)
		if !ok {
			continue
		}
		operand := m.Value
		if o.Path {
			operand = member(input, "Value")
		}
		if o.Holds(member(input, "Variable"), operand) {
			return "ConditionTrue"
		}
	}
	return "ConditionFalse"
}

func member(v any, names ...string) any {
	for _, name := range names {
		v, _ = v.(*value.Object).Get(name)
	}
	return v
}
