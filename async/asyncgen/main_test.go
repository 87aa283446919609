package asyncgen

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/async"
)

func greeter() async.Job[string, async.None] {
	return async.Job[string, async.None]{
		Name: "greeter",
		Stages: []async.Stage[string, async.None]{{Name: "Greeting", Message: "A greeting is made.",
			Do: func(context.Context, *async.Run[string, async.None]) (async.Outcome, error) {
				return async.Continue, nil
			}}},
		Done: async.End{Outcome: "Greeted", Message: "Hello."},
	}
}

func TestMainWritesBelowTheFolderOfGoMod(t *testing.T) {
	root := t.TempDir()
	folder := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	if err := generate(greeter(), Project{}); err == nil || !strings.Contains(err.Error(), "no go.mod in") {
		t.Errorf("without a go.mod: %v", err)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := generate(greeter(), Project{}); err != nil {
		t.Fatal(err)
	}
	Check(t, greeter(), os.DirFS(root), Project{})
	file := filepath.Join(root, "statemachine", "greeter.asl.json")
	long := time.Unix(1, 0)
	if err := os.Chtimes(file, long, long); err != nil {
		t.Fatal(err)
	}
	if err := generate(greeter(), Project{OpenAPI: "docs/api.yaml"}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || !info.ModTime().Equal(long) {
		t.Error("what is up to date is written again:", err)
	}
	if _, err := os.Stat(filepath.Join(root, "docs", "api.yaml")); err != nil {
		t.Error(err)
	}
	bad := greeter()
	bad.Done = async.End{}
	if err := generate(bad, Project{}); err == nil {
		t.Error("a job with a mistake is taken")
	}
}

func TestHandWrittenStateMachinesAreChecked(t *testing.T) {
	root := t.TempDir()
	project := Project{HandWritten: true}
	for name, want := range map[string]string{"{}": "no task calls activity greeting", "{": "statemachine/greeter.asl.json: state machine:"} {
		if err := os.MkdirAll(filepath.Join(root, "statemachine"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, "statemachine", "greeter.asl.json"), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
		problems, err := project.check(greeter(), os.DirFS(root))
		text := strings.Join(problems, "\n")
		if err != nil {
			text = err.Error()
		}
		if !strings.Contains(text, want) {
			t.Errorf("%s: %s", name, text)
		}
	}
}
