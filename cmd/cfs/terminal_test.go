package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
)

// still replaces what moves: spinner, clock and countdown, and the prompt that
// may be there already.
func still(c *committee, screen string) string {
	screen = strings.TrimSuffix(screen, "$\n")
	screen = strings.ReplaceAll(screen, c.URL, "http://127.0.0.1:3000")
	screen = regexp.MustCompile(`[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]`).ReplaceAllString(screen, "⠿")
	screen = regexp.MustCompile(`(?m)  (?:(?:next poll in )?1 s|asking)$`).ReplaceAllString(screen, "  next poll in 1 s")
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

// The server goes away and comes back while a talk is watched.
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
	if screen := term.ended(); !strings.Contains(screen, "✓  ██████████ 100%  Approved") {
		t.Errorf("screen\n%s", screen)
	}
}
