package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fixture is a folder with a Makefile that the runner's suites are of. A suite
// can wait there for another to have begun or ended, through named pipes.
func fixture(t *testing.T, makefile string) (r *runner, out *bytes.Buffer) {
	t.Helper()
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("NOT RUN: make is not installed")
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("Makefile", []byte(makefile), 0o666); err != nil {
		t.Fatal(err)
	}
	out = &bytes.Buffer{}
	return &runner{ctx: t.Context(), logs: t.TempDir(), console: &console{w: out}}, out
}

func outcomes(results []result) (all []string) {
	for _, x := range results {
		all = append(all, x.name+" "+x.outcome)
	}
	return all
}

// A suite that runs beside others runs at the same time as one of them: each of
// the two waits here for the other. The results have the order of the list.
func TestTwoLanes(t *testing.T) {
	r, out := fixture(t, `
test-first:
	@mkfifo there back; echo first waits; cat there; echo >back
test-second:
	@until test -p back; do sleep 0.01; done; echo second is there >there; cat back; exit 3
`)
	results := r.runAll([]suite{{name: "first"}, {name: "second", beside: true}}, true)
	if got, want := outcomes(results), []string{"first passed", "second FAILED"}; !slices.Equal(got, want) {
		t.Fatalf("%v\n%s", got, out)
	}
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		if !strings.HasPrefix(line, "first | ") && !strings.HasPrefix(line, "second | ") {
			t.Errorf("whose is %q?", line)
		}
	}
	log, err := os.ReadFile(r.logs + "/first.log")
	if err != nil || !strings.HasPrefix(string(log), "first waits\nsecond is there\n") {
		t.Errorf("the log has %q, %v", log, err)
	}
}

// A suite waits for those that it comes after, in either lane, however they end;
// those that were not asked for do not hold it up.
func TestAfter(t *testing.T) {
	for _, twoLanes := range []bool{false, true} {
		r, out := fixture(t, `
test-%:
	@echo $* >>order; test $* != beside
`)
		r.runAll([]suite{
			{name: "unit"}, {name: "beside", beside: true, after: []string{"unit"}}, {name: "last", after: []string{"unit", "beside", "absent"}},
		}, twoLanes)
		if order, err := os.ReadFile("order"); string(order) != "unit\nbeside\nlast\n" {
			t.Errorf("%q, %v\n%s", order, err, out)
		}
	}
}

// What two suites share is installed by one of them at a time: the second finds
// it installed.
func TestSharedInstallations(t *testing.T) {
	r, out := fixture(t, `
share-tool:
	@mkdir installing; test -e tool || { sleep 0.1; echo >>tool; }; rmdir installing
test-%:
	@test -e tool
`)
	results := r.runAll([]suite{{name: "first", shares: []string{"share-tool"}}, {name: "second", shares: []string{"share-tool"}, beside: true}}, true)
	if got, want := outcomes(results), []string{"first passed", "second passed"}; !slices.Equal(got, want) {
		t.Errorf("%v\n%s", got, out)
	}
	if tool, err := os.ReadFile("tool"); string(tool) != "\n" {
		t.Errorf("it is installed %d times, %v", len(tool), err)
	}
}

// Interrupted, neither lane goes on.
func TestInterrupted(t *testing.T) {
	r, _ := fixture(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.ctx = ctx
	results := r.runAll([]suite{{name: "first"}, {name: "second", beside: true}, {name: "third", after: []string{"second"}}}, true)
	var out bytes.Buffer
	if status := r.report(&out, results, 0); len(results) != 0 || status != 130 {
		t.Errorf("status %d, %v, %s", status, results, &out)
	}
}

// Two suites' lines do not run into each other.
func TestLines(t *testing.T) {
	var out bytes.Buffer
	c := &console{w: &out}
	a, b := c.lines("a"), c.lines("b")
	for i, w := range []*lines{a, b, a, a, b} {
		if _, err := fmt.Fprintf(w, "%d", i); err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			fmt.Fprint(a, "\n\n")
		}
	}
	a.end()
	b.end()
	if got, want := out.String(), "a | 02\na | \na | 3\nb | 14\n"; got != want {
		t.Errorf("got %q", got)
	}
}

// As root in continuous integration what is missing is installed: the lists of
// packages are read once, and a package that only newer systems have is asked
// for only where the command is still missing.
func TestInstalls(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("NOT RUN: root alone installs")
	}
	dir := t.TempDir()
	program := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// Each package has the command of its name, but for old.
	program("apt-get", `#!/bin/sh
cd "`+dir+`" && echo "$*" >>asked
for package in "$@"; do case $package in new-*|good-*) echo '#!/bin/sh' >$package; chmod +x $package; esac; done
`)
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	r := runner{ctx: t.Context(), ci: true}
	var out bytes.Buffer
	first := r.missing(tools{{"good-tool", "good-tool", ""}, {"new-tool", "old-package", "new-tool"}, {"sh", "dash", ""}}, &out)
	second := r.missing(tools{{"bad-tool", "bad-package", ""}}, &out)
	if len(first) != 0 || len(second) != 1 {
		t.Errorf("missing are %v, and then %v\n%s", first, second, &out)
	}
	const install = "install -qq -y --no-install-recommends "
	want := "update -qq\n" + install + "good-tool old-package\n" + install + "new-tool\n" + install + "bad-package\n"
	if asked, err := os.ReadFile(filepath.Join(dir, "asked")); string(asked) != want {
		t.Errorf("asked for %q, %v", asked, err)
	}
}
