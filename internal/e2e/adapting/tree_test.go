package adapting

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tree is a copy of the project that may be changed.
type tree struct {
	t   *testing.T
	dir string
}

// copyTree copies what git tracks, as it is in the working tree.
func copyTree(t *testing.T) tree {
	t.Helper()
	root := filepath.Join("..", "..", "..")
	list := exec.Command("git", "ls-files", "-z")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatalf("listing the project's files: %v", err)
	}
	tr := tree{t, t.TempDir()}
	for _, name := range strings.Split(strings.TrimRight(string(out), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // removed, and not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		tr.write(name, string(text))
	}
	return tr
}

func (tr tree) read(name string) string {
	tr.t.Helper()
	text, err := os.ReadFile(filepath.Join(tr.dir, name))
	if err != nil {
		tr.t.Fatal(err)
	}
	return string(text)
}

func (tr tree) write(name, text string) {
	tr.t.Helper()
	path := filepath.Join(tr.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		tr.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		tr.t.Fatal(err)
	}
}

// replace changes a text that has to be there.
func (tr tree) replace(name, old, with string) {
	tr.t.Helper()
	text := tr.read(name)
	if !strings.Contains(text, old) {
		tr.t.Fatalf("%s has no %q: docs/adapting.md and this test describe another tree", name, old)
	}
	tr.write(name, strings.Replace(text, old, with, 1))
}

// editStates changes the states of the state machine.
func (tr tree) editStates(edit func(states map[string]map[string]any)) {
	tr.t.Helper()
	const name = "statemachine/process_submission.asl.json"
	var machine map[string]any
	if err := json.Unmarshal([]byte(tr.read(name)), &machine); err != nil {
		tr.t.Fatal(err)
	}
	states := map[string]map[string]any{}
	for state, fields := range machine["States"].(map[string]any) {
		states[state] = fields.(map[string]any)
	}
	edit(states)
	machine["States"] = states
	text, err := json.Marshal(machine)
	if err != nil {
		tr.t.Fatal(err)
	}
	tr.write(name, string(text))
}

// run runs a command in the tree, which has to succeed.
func (tr tree) run(command ...string) {
	tr.t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = tr.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		tr.t.Fatalf("%v: %v\n%s", command, err, out)
	}
}
