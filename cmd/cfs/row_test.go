package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

// TestRows draws every kind of line at four widths.
func TestRows(t *testing.T) {
	c := seat(t)
	now := c.now.Add(34 * time.Second)
	in := func(s state) event { s.RetryAfter = 3 * time.Second; return event{state: s} }
	refused := &client.UnreachableError{Err: syscall.ECONNREFUSED}
	retry := event{retry: &client.Retry{Err: refused, Delay: 4 * time.Second}}
	of := func(s api.Submission) state { return state{Submission: s, HasPercent: true} }
	moderation, selection := of(c.moderation("a")), of(c.selection("a"))
	approved, rejected, failed := of(c.approved("a")), of(c.rejected("a")), of(c.failed("a"))
	long := selection
	long.CustomStatus = "Waiting for the underwriters of the loan"
	foreign := selection
	foreign.HasPercent = false
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
		{"interrupted", []event{in(moderation), {err: context.Canceled}}},
		{"out of time", []event{in(moderation), {err: context.DeadlineExceeded}}},
		{"another job", []event{in(long)}},
		{"no percentage", []event{in(foreign)}},
	}
	var b strings.Builder
	for _, width := range []int{40, 60, 80, 140} {
		for _, many := range []bool{false, true} {
			fmt.Fprintf(&b, "%d columns, several: %v\n", width, many)
			for _, tt := range tests {
				r := &row{ref: newID, many: many, marks: unicodeMarks, watched: now}
				for _, e := range tt.events {
					r.update(e, now)
				}
				line := r.draw(width, r.stageWidth(), 3, now.Add(time.Second), false)
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

func TestEstimate(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "", 0: "", time.Second: "a few seconds left", 6 * time.Second: "about 10 s left", 20 * time.Second: "about 20 s left",
		50 * time.Second: "about 50 s left", 56 * time.Second: "about 1 min left", 61 * time.Second: "about 2 min left", 89 * time.Minute: "about 89 min left",
		91 * time.Minute: "about 2 h left", 47 * time.Hour: "about 47 h left", 49 * time.Hour: "about 3 days left",
	} {
		if got := estimate(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestRemaining(t *testing.T) {
	c := seat(t)
	tests := []struct {
		name    string
		s       api.Submission
		percent bool
		elapsed time.Duration
		want    time.Duration
	}{
		{"at the change", percent(50, c.selection("a")), true, 31 * time.Second, 31 * time.Second},
		{"later", percent(50, c.selection("a")), true, 61 * time.Second, time.Second},
		{"longer than estimated", percent(50, c.selection("a")), true, 70 * time.Second, 0},
		{"nothing done", percent(0, c.selection("a")), true, 40 * time.Second, 0},
		{"hardly anything done", c.moderation("a"), true, time.Second, 0},
		{"no percentage", percent(50, c.selection("a")), false, 31 * time.Second, 0},
		{"ended", c.failed("a"), true, time.Second, 0},
	}
	for _, tt := range tests {
		if got := remaining(state{Submission: tt.s, HasPercent: tt.percent}, tt.elapsed); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
