package local

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// step is a command of the README's session and what it is said to print.
type step struct{ command, output string }

// session reads the steps of the README's console blocks.
func session(t *testing.T) []step {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var steps []step
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		for _, said := range strings.Split(block[1], "$ ")[1:] {
			steps = append(steps, read(said))
		}
	}
	return steps
}

// read splits what follows a prompt; a command ends with the line that closes
// its quotes.
func read(said string) step {
	var s step
	for line := range strings.Lines(said) {
		if s.command == "" || strings.Count(s.command, "'")%2 == 1 {
			s.command += line
		} else {
			s.output += line
		}
	}
	return s
}

var (
	theID      = regexp.MustCompile(`[a-z2-7]{26}`)
	changing   = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z|"[\w-]{22}"`)
	changingIn = regexp.MustCompile(`(?m)^(Date|Retry-After|Content-Length): .*$`)
)

// steady takes out what differs from one run to the next.
func steady(s string) string {
	s = changing.ReplaceAllString(theID.ReplaceAllString(s, "ID"), "CHANGES")
	s = changingIn.ReplaceAllString(strings.ReplaceAll(s, "\r", ""), "$1: CHANGES")
	return strings.TrimSpace(s)
}

// The README's session is run word for word, with the real curl: only the
// address is another, and the id is the one that the first command was given.
func TestTheReadmesSession(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("NOT RUN: the README's session needs curl; make test installs it")
	}
	settings := fast(t, "approve")
	settings.Speed = 10 // the default: the session shows the stages
	r := start(t, settings)
	steps := session(t)
	if len(steps) < 3 {
		t.Fatalf("the README shows %d steps", len(steps))
	}
	id := "none yet"
	for _, s := range steps {
		command := strings.ReplaceAll(theID.ReplaceAllString(s.command, id), "http://127.0.0.1:3000", r.url)
		out := enter(t, command)
		// a poll may come before the next stage has begun
		for end := time.Now().Add(patience); steady(out) != steady(s.output) && strings.HasPrefix(command, "curl -s http") && time.Now().Before(end); {
			out = enter(t, command)
		}
		id = cmp.Or(theID.FindString(out), id)
		if got, want := steady(strings.ReplaceAll(out, r.url, "http://127.0.0.1:3000")), steady(s.output); got != want {
			t.Errorf("%s\nprints\n%s\nand the README says\n%s", command, got, want)
		}
	}
}

// enter runs a command as the reader would.
func enter(t *testing.T, command string) string {
	t.Helper()
	out, err := exec.Command("sh", "-c", command).Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return string(out)
}
