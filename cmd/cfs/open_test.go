package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	tests := []struct {
		name     string
		args     string
		width    int
		browser  string
		fails    bool
		launched bool
	}{
		{"browser", "open a1", 80, "firefox", false, true},
		{"status URL", "open SERVER/api/status/a1?failureStatus=409", 80, "firefox", false, true},
		{"browser fails", "open a1", 80, "firefox", true, false},
		{"only print", "open --print a1", 80, "firefox", false, false},
		{"pipe", "open a1", 0, "firefox", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := seat(t)
			s := piped(t, c).terminal(tt.width)
			s.env["BROWSER"] = tt.browser
			if tt.fails {
				s.launch = func(context.Context, []string) error { return errors.New("no") }
			}
			if code := s.do(strings.Fields(strings.ReplaceAll(tt.args, "SERVER", c.URL))...); code != exitOK {
				t.Fatalf("exit code %d: %s", code, &s.err)
			}
			page := c.URL + "/#a1"
			if want := []string{"firefox", page}; tt.launched && (!slices.Equal(s.launched, want) || s.out.Len() > 0) {
				t.Errorf("launched %q, printed %s", s.launched, &s.out)
			}
			if !tt.launched && (s.launched != nil || s.out.String() != page+"\n") {
				t.Errorf("launched %q, printed %s", s.launched, &s.out)
			}
		})
	}
}

func TestOpenTheFrontPage(t *testing.T) {
	s := piped(t, nil)
	if code := s.do("--url", "https://h.example/prod", "open"); code != exitOK || s.out.String() != "https://h.example/prod/\n" {
		t.Errorf("exit code %d: %s%s", code, &s.out, &s.err)
	}
	if code := s.do("open", "a", "b"); code != exitUsage {
		t.Errorf("two talks: exit code %d", code)
	}
}

// What is no web address is not launched: it could start any program.
func TestOpenRefusesOtherSchemes(t *testing.T) {
	for _, args := range [][]string{
		{"open", "file://host/etc/passwd"}, {"open", "calculator://x/y"}, {"--url", "file:///etc/passwd", "open"}, {"--url", "javascript:alert(1)", "open", "a1"},
	} {
		s := piped(t, nil).terminal(80)
		s.env["BROWSER"] = "firefox"
		if code := s.do(args...); code != exitUsage || s.launched != nil || s.out.Len() > 0 {
			t.Errorf("%q: exit code %d, launched %q, printed %s", args, code, s.launched, &s.out)
		}
	}
}
