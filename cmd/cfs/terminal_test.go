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

	"asynchttpapi/api"
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
		t.Skip("not run: set CFS_TEST_TERMINAL=1 where there is tmux, to see the screens of a real terminal")
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

// still replaces what moves: spinner, clock and countdown, and the prompt that
// may be there already.
func still(c *committee, screen string) string {
	screen = strings.TrimSuffix(screen, "$\n")
	screen = strings.ReplaceAll(screen, c.URL, "http://127.0.0.1:3000")
	screen = regexp.MustCompile(`[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]`).ReplaceAllString(screen, "⠿")
	screen = regexp.MustCompile(`(?m)next poll in 1 s$|asking$`).ReplaceAllString(screen, "next poll in 1 s")
	return regexp.MustCompile(`\b0:\d\d\b`).ReplaceAllString(screen, "0:00")
}

func TestTerminal(t *testing.T) {
	for _, width := range []int{60, 80, 140} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			c := seat(t)
			c.now = time.Now()
			term := openTerminal(t, width, "CFS_URL="+c.URL)
			c.put(c.moderation("a"))
			c.put(c.moderation("b"))
			term.start("cfs watch a b nosuch")
			compare(t, fmt.Sprintf("terminal-%d-watching", width), still(c, term.screen(`(?s)a .*Moderation.*b .*Moderation.*not found`)))
			c.put(c.approved("a"))
			term.screen(`✓  a`)
			c.put(c.failed("b"))
			compare(t, fmt.Sprintf("terminal-%d-watched", width), still(c, term.ended()))

			c.put(c.selection(newID), c.rejected(newID))
			term.start("cfs submit --title T --wait")
			compare(t, fmt.Sprintf("terminal-%d-submitted", width), still(c, term.ended()))

			c.put(c.moderation(newID))
			term.start("cfs watch " + newID)
			term.screen(`Moderation`)
			term.keys("C-c")
			compare(t, fmt.Sprintf("terminal-%d-interrupted", width), still(c, term.ended()))
		})
	}
}

func TestTerminalColours(t *testing.T) {
	c := seat(t)
	c.put(c.approved("a"))
	colour := regexp.MustCompile("\x1b\\[[0-9;]*3[0-9]m")
	term := openTerminal(t, 80, "CFS_URL="+c.URL)
	term.start("cfs watch a")
	if screen := term.ended("-e"); !colour.MatchString(screen) {
		t.Errorf("no colour on\n%q", screen)
	}
	term = openTerminal(t, 80, "CFS_URL="+c.URL, "NO_COLOR=1")
	term.start("cfs watch a")
	if screen := term.ended("-e"); colour.MatchString(screen) {
		t.Errorf("colour on\n%q", screen)
	}
	term.start("cfs watch a | cat")
	if screen := term.ended("-e"); strings.Contains(screen, "✓") || !strings.Contains(screen, string(api.Succeeded)) {
		t.Errorf("piped:\n%s", screen)
	}
}

// Forty talks on a terminal of 24 lines: afterwards all have been on it once.
func TestTerminalOverflow(t *testing.T) {
	c := seat(t)
	var ids []string
	for i := range 40 {
		id := fmt.Sprintf("t%02d", i)
		ids = append(ids, id)
		c.put(c.moderation(id), c.selection(id), c.approved(id))
	}
	term := openTerminal(t, 80, "CFS_URL="+c.URL)
	term.start("cfs watch " + strings.Join(ids, " "))
	screen := term.ended("-S", "-200")
	for _, id := range ids {
		if n := len(regexp.MustCompile(`(?m)^✓  `+id+` .*Approved`).FindAllString(screen, -1)); n != 1 {
			t.Errorf("%s is there %d times", id, n)
		}
	}
	if strings.Contains(screen, "Moderation") || !strings.Contains(screen, "40 talks, 40 ended") {
		t.Errorf("screen\n%s", screen)
	}
}

// The server goes away and comes back while somebody watches.
func TestTerminalOutage(t *testing.T) {
	c := seat(t)
	c.now = time.Now()
	c.put(c.moderation("a"))
	term := openTerminal(t, 80, "CFS_URL="+c.URL)
	term.start("cfs watch a")
	term.screen(`Moderation`)
	c.mu.Lock()
	c.down = 2
	c.mu.Unlock()
	term.screen(`503 Service Unavailable, again in \d s`)
	c.put(c.approved("a"))
	if screen := term.ended(); !strings.Contains(screen, "✓  ●●●  Approved") {
		t.Errorf("screen\n%s", screen)
	}
}
