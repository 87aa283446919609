package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEverySuiteIsATarget(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join("..", "..", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range suites() {
		if seen[s.name] || s.about == "" {
			t.Errorf("suite %s is there twice, or says nothing about itself", s.name)
		}
		seen[s.name] = true
		if !bytes.Contains(makefile, []byte("\n"+s.target()+":")) {
			t.Errorf("suite %s: the Makefile has no target %s", s.name, s.target())
		}
	}
}

func TestReport(t *testing.T) {
	run := func(outcomes ...string) []result {
		var all []result
		for _, outcome := range outcomes {
			all = append(all, result{suite: suite{name: "some"}, outcome: outcome, why: "sudo apt-get install some"})
		}
		return all
	}
	for name, c := range map[string]struct {
		results []result
		ci      bool
		status  int
		last    string
	}{
		"all passed":    {run(passed, passed), true, 0, "2 passed, 0 failed, 0 skipped"},
		"one failed":    {run(passed, failed, notRun), false, 1, "1 passed, 1 failed, 1 skipped"},
		"not run":       {run(passed, notRun), false, 0, "1 passed, 0 failed, 1 skipped"},
		"not run in CI": {run(passed, notRun), true, 1, "1 passed, 0 failed, 1 skipped"},
		"no such suite": {nil, false, 1, "0 passed, 0 failed, 0 skipped"},
	} {
		var out bytes.Buffer
		r := runner{ctx: context.Background(), ci: c.ci, results: c.results}
		status := r.report(&out)
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if status != c.status || lines[len(lines)-1] != c.last || len(lines) != len(c.results)+2 {
			t.Errorf("%s: status %d, %s", name, status, &out)
		}
	}
}

// A suite without its tools is not run, and the table has the command that
// installs them; a suite may also say itself that it was not run.
func TestNotRun(t *testing.T) {
	r := runner{ctx: context.Background(), logs: t.TempDir()}
	outcome, why := r.attempt(suite{name: "some", needs: []tool{{"go", "golang"}, {"no-such-command", "no-such-package"}}})
	if outcome != notRun || !strings.Contains(why, "install no-such-package") {
		t.Errorf("%s: %s", outcome, why)
	}
	n := &notRunLine{}
	for _, part := range []string{"a line\nNOT ", "RUN: no Docker engine", " is reachable\nanother: NOT RUN: this\n"} {
		if written, err := n.Write([]byte(part)); written != len(part) || err != nil {
			t.Errorf("%d, %v", written, err)
		}
	}
	if n.reason != "no Docker engine is reachable" {
		t.Errorf("the reason is %q", n.reason)
	}
}
