package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.org/asynchttpapi/client"
)

// TestRows draws every kind of line at four widths.
func TestRows(t *testing.T) {
	c := seat(t)
	now := c.now.Add(time.Minute)
	in := func(s state) event { s.RetryAfter = 3 * time.Second; return event{state: s} }
	refused := &client.UnreachableError{Err: syscall.ECONNREFUSED}
	retry := event{retry: &client.Retry{Err: refused, Delay: 4 * time.Second}}
	moderation, selection := state{Result: c.moderation("a")}, state{Result: c.selection("a")}
	approved, rejected, failed := state{Result: c.approved("a")}, state{Result: c.rejected("a")}, state{Result: c.failed("a")}
	for _, s := range []*state{&moderation, &selection, &approved, &rejected, &failed} {
		s.Status = s.Result.Status
	}
	tests := []struct {
		name   string
		events []event
	}{
		{"nothing yet", nil},
		{"moderation", []event{in(moderation)}},
		{"selection", []event{in(moderation), in(selection)}},
		{"no answer", []event{in(selection), retry}},
		{"never an answer", []event{retry}},
		{"approved", []event{in(selection), in(approved)}},
		{"rejected", []event{in(moderation), in(rejected)}},
		{"failed", []event{in(failed)}},
		{"not found", []event{{err: &client.ProblemError{StatusCode: 404}}}},
		{"gave up", []event{in(moderation), {err: errors.New("x")}}},
	}
	var b strings.Builder
	for _, width := range []int{40, 60, 80, 140} {
		for _, many := range []bool{false, true} {
			fmt.Fprintf(&b, "%d columns, several: %v\n", width, many)
			for _, tt := range tests {
				r := &row{ref: newID, many: many, marks: unicodeMarks, watched: now, reached: -1}
				for _, e := range tt.events {
					r.update(e, now)
				}
				line := r.draw(width, 3, now.Add(time.Second), false)
				if n := text.StringWidthWithoutEscSequences(line); n >= width {
					t.Errorf("%s at %d: %d columns", tt.name, width, n)
				}
				fmt.Fprintf(&b, "  %-16s%s|\n", tt.name, line)
			}
		}
	}
	compare(t, "rows", b.String())
}

func TestColours(t *testing.T) {
	for _, tt := range []struct {
		term, no string
		width    int
		want     palette
	}{
		{"xterm", "", 80, true}, {"xterm", "1", 80, false}, {"dumb", "", 80, false}, {"xterm", "", 0, false},
	} {
		env := map[string]string{"TERM": tt.term, "NO_COLOR": tt.no}
		if got := colours(func(n string) string { return env[n] }, tt.width); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
	if got := palette(true).alarm("x"); !strings.HasPrefix(got, "\x1b[") || !strings.HasSuffix(got, "x\x1b[0m") {
		t.Errorf("%q", got)
	}
}

func TestLocale(t *testing.T) {
	for _, tt := range []struct {
		all, lang string
		want      string
	}{
		{"", "en_GB.UTF-8", "✓"}, {"C", "en_GB.UTF-8", "+"}, {"C.utf8", "", "✓"}, {"", "", "+"},
	} {
		env := map[string]string{"LC_ALL": tt.all, "LANG": tt.lang}
		if got := locale(func(n string) string { return env[n] }).approved; got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}

func TestStopwatch(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0:00", 7 * time.Second: "0:07", 754 * time.Second: "12:34", 3723 * time.Second: "1:02:03",
	} {
		if got := stopwatch(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
