package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// block is a fenced block of a document.
var block = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// The tutorial is followed whole and in order. Blocks of sh are run in a shell, from
// the checkout's folder on; diffs are applied; each line of a text is a part of what
// the commands before it print, which fail if FAIL is one of the lines. Blocks of go
// show what stands elsewhere.
func TestTheTutorial(t *testing.T) {
	slow(t)
	for _, tool := range []string{"sh", "make", "git", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("NOT RUN: there is no %s", tool)
		}
	}
	document, err := os.ReadFile(filepath.Join("..", "..", "docs", "adapting.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := block.FindAllSubmatch(document, -1)
	f := follower{T: t, dir: filepath.Join("..", ".."), project: filepath.Join(t.TempDir(), "poster")}
	served := false
	for i, b := range blocks {
		kind, text := string(b[1]), string(b[2])
		switch kind {
		case "sh":
			var want []string
			if i+1 < len(blocks) && string(blocks[i+1][1]) == "text" {
				want = strings.Split(strings.TrimSpace(string(blocks[i+1][2])), "\n")
			}
			if text == "make run\n" {
				f.base, served = serve(t, f.dir, nil), true
				continue
			}
			f.run(text, want)
		case "diff":
			f.apply(text)
		case "text", "go":
		default:
			t.Fatalf("a block of %s: nothing is known to be done with it", kind)
		}
	}
	if !served {
		t.Error("the service is never run")
	}
}

// follower is who follows the tutorial.
type follower struct {
	*testing.T
	// dir is the folder that the shell is in, and project that of the new project.
	dir, project string
	// base is the address of the service, which has a free port here.
	base string
}

func (f *follower) run(commands string, want []string) {
	f.Helper()
	commands = strings.ReplaceAll(commands, "../poster", f.project)
	if f.base != "" {
		commands = strings.ReplaceAll(commands, "http://127.0.0.1:3000", f.base)
	}
	where := filepath.Join(f.TempDir(), "pwd")
	cmd := exec.CommandContext(f.Context(), "sh", "-e", "-c", "trap 'pwd >"+where+"' EXIT\n"+commands)
	cmd.Dir, cmd.Env = f.dir, append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	fails := false
	for _, line := range want {
		fails = fails || line == "FAIL"
		if !strings.Contains(string(out), strings.TrimSpace(line)) {
			f.Errorf("%q is not in what this prints:\n%s\n%s", line, commands, out)
		}
	}
	if (err != nil) != fails {
		f.Fatalf("%v, fails %v:\n%s\n%s", err, fails, commands, out)
	}
	now, err := os.ReadFile(where)
	if err != nil {
		f.Fatal(err)
	}
	f.dir = strings.TrimSpace(string(now))
}

func (f *follower) apply(diff string) {
	f.Helper()
	cmd := exec.CommandContext(f.Context(), "git", "apply", "-")
	cmd.Dir, cmd.Stdin = f.dir, bytes.NewReader([]byte(diff))
	// No repository around it, such as one that has the folder for temporary files.
	cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(f.dir))
	if out, err := cmd.CombinedOutput(); err != nil {
		f.Fatalf("%v\n%s\n%s", err, out, diff)
	}
}
