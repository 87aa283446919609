package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
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
		for _, name := range s.after {
			if !seen[name] {
				t.Errorf("suite %s waits for %s, which is not before it", s.name, name)
			}
		}
		seen[s.name] = true
		for _, target := range append(s.shares, s.target()) {
			if !bytes.Contains(makefile, []byte("\n"+target+":")) {
				t.Errorf("suite %s: the Makefile has no target %s", s.name, target)
			}
		}
	}
}

// What is installed beside the sources and used by suites of both lanes is
// named as shared by each of them. Of what a target needs the Makefile knows.
func TestWhatLanesShareIsNamed(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join("..", "..", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	installs := map[string]string{
		".ci/dynalite/run": "share-dynalite", "$(POLLERS)": "share-pollers", "$(TOOLS)/pollers/ok": "share-pollers", "$(TOOLS)/sam/ok": "share-sam",
		".ci/clients/run": "", ".ci/openapi/run": "", "internal/e2e/browser/run": "",
		"$(TOOLS)/ministack/ok": "", "$(TOOLS)/awscli/ok": "", "$(TOOLS)/schemathesis/ok": "", "$(TOOLS)/checkov/ok": "",
	}
	found := 0
	for install, share := range installs {
		lanes := map[bool]string{}
		for _, s := range suites() {
			_, rule, _ := strings.Cut(string(makefile), "\n"+s.target()+":")
			rule, _, _ = strings.Cut(rule, "\n\n")
			if s.name == "sam-local" && install == ".ci/dynalite/run" {
				rule = install // by a script of its own
			}
			if !strings.Contains(rule, install) {
				continue
			}
			found++
			lanes[s.beside] = s.name
			if share != "" && !slices.Contains(s.shares, share) {
				t.Errorf("%s uses %s, and does not share %s", s.name, install, share)
			}
		}
		if share == "" && len(lanes) > 1 {
			t.Errorf("%v use %s, and do not share it", lanes, install)
		}
	}
	if found < 12 {
		t.Errorf("only %d uses are found", found)
	}
}

func TestReport(t *testing.T) {
	run := func(outcomes ...string) []result {
		var all []result
		for _, outcome := range outcomes {
			all = append(all, result{suite: suite{name: "some"}, outcome: outcome, took: 50 * time.Second, worked: time.Second})
		}
		return all
	}
	for name, c := range map[string]struct {
		results []result
		ci      bool
		status  int
		sum     string
		last    string
	}{
		"all passed":    {run(passed, passed), true, 0, "sum 1m40s 2s", "2 passed, 0 failed, 0 skipped"},
		"one failed":    {run(passed, failed, notRun), false, 1, "sum 2m30s 3s", "1 passed, 1 failed, 1 skipped"},
		"not run":       {run(passed, notRun), false, 0, "sum 1m40s 2s", "1 passed, 0 failed, 1 skipped"},
		"not run in CI": {run(passed, notRun), true, 1, "sum 1m40s 2s", "1 passed, 0 failed, 1 skipped"},
		"no such suite": {nil, false, 1, "sum 0s 0s", "0 passed, 0 failed, 0 skipped"},
	} {
		var out bytes.Buffer
		r := runner{ctx: context.Background(), ci: c.ci}
		status := r.report(&out, c.results, 70*time.Second)
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if n := len(lines); status != c.status || n != len(c.results)+4 || lines[n-1] != c.last ||
			strings.Join(strings.Fields(lines[n-3]), " ") != c.sum || strings.Join(strings.Fields(lines[n-2]), " ") != "on the clock 1m10s" {
			t.Errorf("%s: status %d, %s", name, status, &out)
		}
	}
}

func TestChoose(t *testing.T) {
	from := []suite{{name: "quick"}, {name: "long", heavy: true}, {name: "last"}}
	for _, c := range []struct {
		only string
		all  bool
		want string
	}{{"", false, "quick last"}, {"", true, "quick long last"}, {"last, long", false, "long last"}, {"last long", false, "long last"}, {"none", true, `there is no suite "none"`}} {
		var got []string
		chosen, err := choose(from, c.only, c.all)
		if err != nil {
			got = append(got, err.Error())
		}
		for _, s := range chosen {
			got = append(got, s.name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q, %v: %v", c.only, c.all, got)
		}
	}
}

// A suite without its tools is not run, and the table has the command that
// installs them; a suite may also say itself that it was not run.
func TestNotRun(t *testing.T) {
	r := runner{ctx: context.Background(), logs: t.TempDir(), console: &console{w: &bytes.Buffer{}}}
	x := r.run(suite{name: "some", needs: tools{{"go", "golang", ""}, {"no-such-command", "no-such-package", ""}}})
	if x.outcome != notRun || !strings.Contains(x.why, "install no-such-package") {
		t.Errorf("%s: %s", x.outcome, x.why)
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
