package asl_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// recorded returns the cases recorded from AWS that a pattern finds, by file.
func recorded(t *testing.T, pattern string) map[string]any {
	t.Helper()
	folder := os.Getenv("ASL_CASES")
	if folder == "" {
		t.Skip("NOT RUN: ASL_CASES does not name the folder of recorded cases")
	}
	files, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded cases %s in %s: %v", pattern, folder, err)
	}
	cases := map[string]any{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if cases[filepath.Base(file)], err = value.Parse(text); err != nil {
			t.Fatal(err)
		}
	}
	return cases
}

func field(v any, names ...string) any {
	for _, name := range names {
		o, _ := v.(*value.Object)
		v, _ = o.Get(name)
	}
	return v
}

// definitionOf returns the text that a case hands in.
func definitionOf(c any) []byte {
	if text, ok := field(c, "definition_text").(string); ok {
		return []byte(text)
	}
	return value.Append(nil, field(c, "definition"))
}

// TestRecordedExecutions holds that nothing is rejected which AWS ran.
func TestRecordedExecutions(t *testing.T) {
	count := 0
	for file, c := range recorded(t, "*/*/*.json") {
		if field(c, "kind") != "execution" && field(c, "kind") != "sync-execution" {
			continue
		}
		count++
		options := asl.Options{Express: field(c, "type") == "EXPRESS"}
		for _, d := range asl.Validate(definitionOf(c), options) {
			if d.Severity == asl.SeverityError && !placeholder(c) {
				t.Errorf("%s: %s", file, d)
			}
		}
	}
	t.Logf("%d recorded executions", count)
}

// placeholder reports whether the recorder left out the ARN of an activity.
func placeholder(c any) bool {
	return strings.Contains(value.Text(field(c, "definition")), `"Resource":"activity_arn"`)
}

// TestRecordedDiagnostics compares with what ValidateStateMachineDefinition
// answered.
func TestRecordedDiagnostics(t *testing.T) {
	for file, c := range recorded(t, "validate/*/*.json") {
		var got []any
		for _, d := range asl.Validate(definitionOf(c), asl.Options{Express: field(c, "type") == "EXPRESS"}) {
			if d.Severity == asl.SeverityError {
				got = append(got, diagnostic(d))
			}
		}
		if want := field(c, "expected", "diagnostics"); !value.Equal(append([]any{}, got...), want) {
			t.Errorf("%s:\n got %s\nwant %s", file, value.Text(got), value.Text(want))
		}
	}
}

func diagnostic(d asl.Diagnostic) any {
	o := value.NewObject(
		value.Member{Name: "severity", Value: string(d.Severity)},
		value.Member{Name: "code", Value: d.Code},
		value.Member{Name: "message", Value: d.Message})
	if d.Location != "" {
		o = o.With("location", d.Location)
	}
	return o
}

// TestRecordedErrors compares with the InvalidDefinition errors of
// CreateStateMachine. Labels are compared by their reason alone, for around it
// the recordings have the words of another implementation.
func TestRecordedErrors(t *testing.T) {
	count := 0
	for file, c := range recorded(t, "create-error/*/*.json") {
		want := value.Text(field(c, "expected"))
		if !strings.Contains(want, "InvalidDefinition") {
			continue
		}
		count++
		got := asl.ErrorMessage(asl.Validate(definitionOf(c), asl.Options{Express: field(c, "type") == "EXPRESS"}))
		if reason, ok := labelReason(field(c, "expected", "Error", "Message")); ok {
			want, got = got, asl.InvalidLabelCode+": "+reason+" at "
		}
		if !strings.Contains(want, got) || got == "" {
			t.Errorf("%s:\n got %s\nwant %s", file, got, want)
		}
	}
	t.Logf("%d recorded errors", count)
}

// labelReason returns what a recorded message about a label says, which is
// written as a list of one text in Python.
func labelReason(message any) (string, bool) {
	text, _ := message.(string)
	_, text, ok := strings.Cut(text, "Args=[")
	text, _, found := strings.Cut(text, "] in definition")
	if !ok || !found {
		return "", false
	}
	return strings.NewReplacer(`\\`, `\`, `\'`, `'`).Replace(text[1 : len(text)-1]), true
}
