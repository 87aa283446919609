package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// terminal is a real one: a tmux of its own, whose screen can be read.
type terminal struct {
	t      *testing.T
	socket string
	dir    string
	ran    int
}

// openTerminal needs tmux, which a bare machine does not have: the variable
// says that it is meant to be there.
func openTerminal(t *testing.T, width int, env ...string) *terminal {
	t.Helper()
	if os.Getenv("CFS_TEST_TERMINAL") == "" {
		t.Skip("NOT RUN: set CFS_TEST_TERMINAL=1 where there is tmux, to see the screens of a real terminal")
	}
	term := &terminal{t: t, dir: t.TempDir()}
	term.socket = filepath.Join(term.dir, "tmux")
	build := exec.Command("go", "build", "-o", filepath.Join(term.dir, "cfs"), ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	shell := append([]string{"env", "-i", "HOME=" + term.dir, "PATH=" + term.dir + ":" + os.Getenv("PATH"), "TERM=tmux-256color",
		"LC_ALL=C.UTF-8", "PS1=$ ", "HISTFILE=/dev/null"}, env...)
	shell = append(shell, "bash", "--norc", "--noprofile")
	term.tmux(append([]string{"-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(width), "-y", "24"}, shell...)...)
	t.Cleanup(func() { term.tmux("kill-server") })
	return term
}

func (term *terminal) tmux(args ...string) string {
	term.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", term.socket}, args...)...).CombinedOutput()
	if err != nil {
		term.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func (term *terminal) keys(keys ...string) { term.tmux(append([]string{"send-keys"}, keys...)...) }

// start types a command on an empty screen.
func (term *terminal) start(command string) {
	term.ran++
	term.keys(fmt.Sprintf("clear; %s; echo exit $? of %d", command, term.ran), "Enter")
}

// ended waits until the last command has ended and returns the screen.
func (term *terminal) ended(flags ...string) string {
	term.t.Helper()
	return term.screen(fmt.Sprintf(`exit \d+ of %d`, term.ran), flags...)
}

// screen waits until the screen matches and returns it. With colours, the
// escape sequences are part of it.
func (term *terminal) screen(want string, flags ...string) string {
	term.t.Helper()
	pattern := regexp.MustCompile(want)
	var got string
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		got = term.tmux(append([]string{"capture-pane", "-p"}, flags...)...)
		if pattern.MatchString(got) {
			return strings.TrimRight(got, "\n") + "\n"
		}
	}
	term.t.Fatalf("want %s on the screen:\n%s", want, got)
	return ""
}
