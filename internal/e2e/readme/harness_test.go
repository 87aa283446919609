//go:build unix

package readme

import (
	"bufio"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// harness is a machine with a fresh clone on it.
type harness struct {
	clone string
	// real are the addresses that stand for those of the page.
	real map[string]string
	// main is the server of the session.
	main *server
}

// newHarness clones what is checked out, with changes that are not committed yet.
func newHarness(t *testing.T) *harness {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	w := &harness{clone: filepath.Join(t.TempDir(), "clone"), real: map[string]string{}}
	w.run(t, root, `git clone -q . "$CLONE" && git diff --binary HEAD >"$CLONE.diff" && cd "$CLONE" && { test ! -s "$CLONE.diff" || git apply "$CLONE.diff"; }`,
		"CLONE="+w.clone)
	return w
}

// ofMake are the variables by which a make says that others are its parts.
var ofMake = []string{"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"}

// command returns a script as the page has it, but for addresses.
func (w *harness) command(folder, script string, env ...string) *exec.Cmd {
	// A URL before the address that it begins with, which sorts before it.
	for _, documented := range slices.Backward(slices.Sorted(maps.Keys(w.real))) {
		script = strings.ReplaceAll(script, documented, w.real[documented])
	}
	cmd := exec.Command("sh", "-euc", script)
	cmd.Dir = folder
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(ofMake, name)
	})
	cmd.Env = append(cmd.Env, "ADDR=127.0.0.1:0", "STEPFUNCTIONS_ADDR=127.0.0.1:0")
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// run runs a script to its end and returns what it prints.
func (w *harness) run(t *testing.T, folder, script string, env ...string) string {
	t.Helper()
	cmd := w.command(folder, script, env...)
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", script, err, out, &problems)
	}
	return string(out)
}

// server is a program that serves, and what it printed.
type server struct {
	cmd     *exec.Cmd
	address string
	lines   []string
	rest    chan struct{}
}

// serve starts a system that serves until Ctrl-C. The last line of what it prints
// when it is ready says what to try.
func (w *harness) serve(t *testing.T, folder, script string, env ...string) *server {
	t.Helper()
	return w.serveFrom(t, "  try:", folder, script, env...)
}

// serveFrom starts what serves until Ctrl-C, and waits until it has printed the
// line that begins with last.
func (w *harness) serveFrom(t *testing.T, last, folder, script string, env ...string) *server {
	t.Helper()
	s := &server{cmd: w.command(folder, script, env...), rest: make(chan struct{})}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // what a terminal's Ctrl-C reaches
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var problems strings.Builder
	s.cmd.Stderr = &problems
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		s.keep(lines.Text())
		if strings.HasPrefix(lines.Text(), last) {
			break
		}
	}
	if s.address == "" {
		t.Fatalf("%s: it is not ready: %v\n%s", script, s.cmd.Wait(), &problems)
	}
	go func() {
		defer close(s.rest)
		_, _ = io.Copy(io.Discard, out)
	}()
	return s
}

// keep keeps a line from the one that says where it is ready.
func (s *server) keep(line string) {
	if address, ready := strings.CutPrefix(line, "ready "); ready {
		s.address = address
	}
	if s.address != "" {
		s.lines = append(s.lines, line)
	}
}

// end ends it as Ctrl-C does.
func (s *server) end(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(-s.cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Error(err)
	}
	<-s.rest
	_ = s.cmd.Wait() // make and go run fail when they are interrupted
}

// labels are what the lines are about.
func (s *server) labels() (all []string) {
	for _, line := range s.lines {
		label, _, _ := strings.Cut(line, ": ")
		if address, ready := strings.CutPrefix(label, "ready "); ready {
			label = "ready " + address[:strings.LastIndex(address, ":")]
		}
		all = append(all, label)
	}
	return all
}

// under returns what a line says behind its label.
func (s *server) under(t *testing.T, label string) string {
	t.Helper()
	for _, line := range s.lines {
		if text, ok := strings.CutPrefix(line, "  "+label+":"); ok {
			return strings.TrimSpace(text)
		}
	}
	t.Fatalf("it does not print %q: %q", label, s.lines)
	return ""
}
