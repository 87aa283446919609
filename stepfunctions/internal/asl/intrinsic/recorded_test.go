package intrinsic_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/intrinsic"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// TestRecorded evaluates the calls whose results were recorded from AWS, in the
// executions of a single state with one call as its only parameter.
func TestRecorded(t *testing.T) {
	folder := os.Getenv("ASL_CASES")
	if folder == "" {
		t.Skip("NOT RUN: ASL_CASES does not name the folder of recorded cases")
	}
	files, err := filepath.Glob(filepath.Join(folder, "execution", "core-jsonpath", "intrinsic_functions.*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded calls in %s: %v", folder, err)
	}
	count := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		recorded, err := value.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		call, ok := member(recorded, "definition", "States", "State_0", "Parameters", "FunctionResult.$").(string)
		if !ok || member(recorded, "deterministic") == false {
			continue
		}
		count++
		compareCall(t, call, recorded)
	}
	t.Logf("%d recorded calls in %d files", count, len(files))
}

func compareCall(t *testing.T, text string, recorded any) {
	t.Helper()
	call, err := intrinsic.Parse(text)
	if err != nil {
		t.Errorf("%s: %v", text, err)
		return
	}
	input := member(recorded, "input")
	execution := value.NewObject(value.Member{Name: "Input", Value: input})
	context := value.NewObject(value.Member{Name: "Execution", Value: execution})
	got, err := call.Eval(&env{document: input, context: context})
	if want := member(recorded, "expected", "output", "FunctionResult"); err != nil || !value.Equal(got, want) {
		t.Errorf("%s over %s = %s, %v, want %s", text, value.Text(input), value.Text(got), err, value.Text(want))
	}
}

func member(v any, names ...string) any {
	for _, name := range names {
		o, _ := v.(*value.Object)
		v, _ = o.Get(name)
	}
	return v
}
