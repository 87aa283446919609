package main

import (
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
	for _, want := range []string{"●●●", "Approved", "✗  ", "Failed", "b: We are sorry", "not found"} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("want %q in\n%s", want, &s.out)
		}
	}
	if !strings.Contains(s.err.String(), "there is no talk nosuch") {
		t.Errorf("stderr %s", &s.err)
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
