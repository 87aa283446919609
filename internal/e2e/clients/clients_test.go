package clients

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// commands returns what starts each client of examples/clients, by language; an
// empty one cannot be run here.
func commands(t *testing.T) map[string][]string {
	t.Helper()
	folder := filepath.Join(root, "examples", "clients")
	goClient := filepath.Join(t.TempDir(), "client")
	must(t, root, "go", "build", "-o", goClient, "./examples/clients/go")
	all := map[string][]string{
		"Go":     {goClient},
		"Python": {"python3", filepath.Join(folder, "python", "poll.py")},
		"shell":  {"sh", filepath.Join(folder, "shell", "poll.sh")},
		"Java":   {"java", filepath.Join(folder, "java", "Poll.java")},
	}
	if modules() != "" {
		all["TypeScript"] = []string{"node", compile(t, filepath.Join(folder, "typescript", "poll.ts"))}
	} else {
		all["TypeScript"] = nil
	}
	return all
}

// each runs a test for each client that can be run here.
func each(t *testing.T, test func(t *testing.T, command []string)) {
	for language, command := range commands(t) {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			needs := append([]string{}, command...)
			if language == "shell" {
				needs = []string{"curl"}
			}
			if len(needs) == 0 {
				t.Skip("NOT RUN: make test-clients installs the compiler")
			}
			if _, err := exec.LookPath(needs[0]); err != nil {
				t.Skipf("NOT RUN: %s is not installed", needs[0])
			}
			test(t, command)
		})
	}
}

var talk = filepath.Join(root, "docs", "talk.json")

// Each client gets to the end, and its exit status says which end it is.
func TestEnds(t *testing.T) {
	approves, fails := serve(t, "approve", "50"), serve(t, "fail@selection", "50")
	empty := filepath.Join(t.TempDir(), "empty.json")
	if err := os.WriteFile(empty, []byte(`{}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("clients", func(t *testing.T) {
		each(t, func(t *testing.T, command []string) {
			for _, c := range []struct {
				on         *network
				file       string
				status     int
				word, code string
			}{
				{approves, talk, 0, "Succeeded", ""},
				{fails, talk, 1, "Failed", "ProcessFailed"},
				{approves, empty, 1, "", "InvalidSubmission"},
			} {
				status, out := run(t, root, append(command[:len(command):len(command)], c.on.submit, c.file)...)
				var body struct {
					Status string
					Error  struct{ Code string }
				}
				if err := json.Unmarshal([]byte(out), &body); err != nil {
					t.Fatalf("%v: %q", err, out)
				}
				if status != c.status || body.Status != c.word || body.Error.Code != c.code {
					t.Errorf("exit status %d, %s; want %d, %s %s", status, out, c.status, c.word, c.code)
				}
			}
		})
	})
}

// A response that is lost, throttling, a submit that is still being accepted, one
// that is too early, a timeout and a gateway's failure are repeated, and there is one submission in the end.
func TestTrouble(t *testing.T) {
	each(t, func(t *testing.T, command []string) {
		n := serve(t, "approve", "3") // 15 s: the submit has to be accepted before the end
		n.troubled = true
		status, out := run(t, root, append(command[:len(command):len(command)], n.submit, talk)...)
		if status != 0 || !strings.Contains(out, `"customStatus":"Approved"`) {
			t.Errorf("exit status %d, %s", status, out)
		}
		if n.posts != 5 || len(n.keys) != 1 || len(n.ids) != 1 || n.gets < 3 {
			t.Errorf("%d submits with %d keys made %d submissions; %d polls", n.posts, len(n.keys), len(n.ids), n.gets)
		}
	})
}

// must runs a command that has to succeed.
func must(t *testing.T, dir string, command ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, out)
	}
}
