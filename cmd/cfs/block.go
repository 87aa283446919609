package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
)

// block is a state for a person at a terminal.
func block(s state, now time.Time, width int, p palette, m marks) string {
	r := s.Result
	var b strings.Builder
	row := func(name, value string) { b.WriteString(labelled(p, name, value)) }
	sign := ""
	if s.Done() {
		sign = m.sign(r, 0) + " "
	}
	row("Talk", clean(r.ID))
	row("Status", p.verdict(sign+word(r), r))
	row("Sent", ago(r.CreatedTime, now))
	row("Changed", ago(r.LastUpdatedTime, now))
	b.WriteString("\n" + sentence(reason(r), width) + "\n")
	return b.String()
}

// labelled is one line of a block; its labels have one width everywhere.
func labelled(p palette, name, value string) string {
	return p.faint(fmt.Sprintf("%-7s", name)) + "  " + value + "\n"
}

// ago tells a time and how long ago it was, unless the clocks disagree.
func ago(t, now time.Time) string {
	s := t.UTC().Format("2006-01-02 15:04:05 UTC")
	if d := now.Sub(t); d >= 0 {
		s += ", " + stopwatch(d) + " ago"
	}
	return s
}

// sentence wraps text at words to the width of the terminal, and at what is
// comfortable to read on a wide one.
func sentence(s string, width int) string { return wrap(clean(s), max(20, min(width, 100))) }

func wrap(s string, width int) string {
	lines := strings.Split(text.WrapSoft(s, width), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
