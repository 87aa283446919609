package main

import (
	"fmt"
	"strings"
	"testing"
)

// What is on the screen at last is tested in a real terminal; here, that the
// display ends by itself and has said everything.
func TestLive(t *testing.T) {
	c := seat(t)
	c.put(c.moderation("a"), c.approved("a"))
	c.put(c.failed("b"))
	s := piped(t, c).terminal(80)
	s.env["NO_COLOR"] = "1"
	if code := s.do("watch", "a", "b", "nosuch"); code != exitNotFound {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"█████ 100%", "Approved", "██░░░  44%", "Failed", "b: We are sorry", "not found"} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("want %q in\n%s", want, &s.out)
		}
	}
	if !strings.Contains(s.err.String(), "there is no talk nosuch") {
		t.Errorf("stderr %s", &s.err)
	}
}

// More talks than lines: all are shown, none twice.
func TestLiveOverflow(t *testing.T) {
	c := seat(t)
	s := piped(t, c).terminal(80)
	s.env["NO_COLOR"] = "1"
	l := newLive(s.app, nil, make([]target, 40))
	for i := range l.rows {
		l.rows[i].ref = fmt.Sprintf("talk%02d", i)
	}
	if lines := l.lines(80, 24); len(lines) != 22 || lines[21] != "40 talks, 0 ended" {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
	done := state{Submission: c.approved("x"), HasPercent: true}
	for i := range 30 {
		l.show(event{target: i, state: done})
	}
	l.tick()
	if lines := l.lines(80, 24); len(lines) != 11 || lines[10] != "40 talks, 30 ended" || !strings.Contains(lines[0], "talk30") {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
	for i := 30; i < 40; i++ {
		l.show(event{target: i, state: done})
	}
	l.close()
	for i := range l.rows {
		if want := fmt.Sprintf("✓  talk%02d", i); strings.Count(s.out.String(), want) != 1 {
			t.Errorf("%s is there %d times", want, strings.Count(s.out.String(), want))
		}
	}
}

func TestLiveSubmit(t *testing.T) {
	c := seat(t)
	c.put(c.rejected(newID))
	s := piped(t, c).terminal(60)
	s.stdin = strings.NewReader(`{"title":"T"}`)
	if code := s.do("submit", "--wait", "-"); code != exitRejected {
		t.Errorf("exit code %d: %s", code, &s.err)
	}
	out := s.out.String()
	if !strings.HasPrefix(out, "\x1b[2mTalk") && !strings.HasPrefix(out, "Talk") || !strings.HasSuffix(out, "not selected this time.\n") {
		t.Errorf("output %q", out)
	}
}
