package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.org/asynchttpapi/api"
)

// record is a submission's state as a line for programs.
type record struct {
	api.Submission
	// URL is where the status is read.
	URL string `json:"url"`
}

func writeJSON(w io.Writer, s state) error {
	return encodeJSON(w, record{s.Submission, s.URL})
}

// encodeJSON writes a value as one line. What a terminal would obey is escaped,
// which encoding/json does for the first 32 characters only.
func encodeJSON(w io.Writer, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, r := range string(line) {
		if obeyed(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	_, err = fmt.Fprintln(w, b.String())
	return err
}

// writeLine writes a state as one line of five columns, separated by tabs.
func writeLine(w io.Writer, s state) error {
	fields := []string{s.LastUpdatedTime.UTC().Format(time.RFC3339), s.ID, string(s.Status), s.CustomStatus, reason(s.Submission)}
	for i, f := range fields {
		fields[i] = clean(f)
	}
	_, err := fmt.Fprintln(w, strings.Join(fields, "\t"))
	return err
}

// reason is the sentence about a state; of a failure, why.
func reason(s api.Submission) string {
	switch {
	case s.Error == nil:
		return s.Message
	case s.Error.Message == s.Message:
		return fmt.Sprintf("%s (%s)", s.Message, s.Error.Code)
	}
	return fmt.Sprintf("%s (%s: %s)", s.Message, s.Error.Code, s.Error.Message)
}

// block is a state for a person at a terminal.
func block(s state, now time.Time, width int, p palette, m marks) string {
	var b strings.Builder
	row := func(name, value string) { b.WriteString(labelled(p, name, value)) }
	sign := ""
	if s.Done() {
		sign = m.sign(s.Submission, 0) + " "
	}
	row("Talk", clean(s.ID))
	row("Status", p.verdict(sign+word(s.Submission), s.Submission))
	if s.HasPercent && !s.Done() {
		done := fmt.Sprintf("%s  %d %%", m.bar(s.PercentComplete, 20), s.PercentComplete)
		if left := estimate(remaining(s, now.Sub(s.CreatedTime))); left != "" {
			done += ", " + left
		}
		row("Progress", done)
	}
	row("Sent", ago(s.CreatedTime, now))
	row("Changed", ago(s.LastUpdatedTime, now))
	switch inline := s.Submission.Result; {
	case len(inline) > 0 && len(inline) < width-12:
		row("Result", clean(string(inline)))
	case len(inline) > 0 || s.ResultURL != "":
		row("Result", "cfs result "+clean(s.ID))
	}
	b.WriteString("\n" + sentence(reason(s.Submission), width) + "\n")
	return b.String()
}

// labelled is one line of a block; its labels have one width everywhere.
func labelled(p palette, name, value string) string {
	return p.faint(fmt.Sprintf("%-8s", name)) + "  " + value + "\n"
}

// ago is a time and how long ago it was, unless the clocks disagree.
func ago(t, now time.Time) string {
	s := t.UTC().Format("2006-01-02 15:04:05 UTC")
	if d := now.Sub(t); d >= 0 {
		s += ", " + stopwatch(d) + " ago"
	}
	return s
}

// unbounded is the width that text is wrapped to in a pipe, which has none.
const unbounded = 1 << 20

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

// helpWriter wraps the lines of a help to the width of a terminal, and indents what
// follows as the text in the line began: after the last gap of two blanks or more,
// if that leaves room. It writes whole lines.
type helpWriter struct {
	to    io.Writer
	width int
	line  []byte
}

func (w *helpWriter) Write(p []byte) (int, error) {
	for _, b := range p {
		w.line = append(w.line, b)
		if b != '\n' {
			continue
		}
		if _, err := io.WriteString(w.to, hang(string(w.line[:len(w.line)-1]), max(w.width-1, 20))+"\n"); err != nil {
			return 0, err
		}
		w.line = w.line[:0]
	}
	return len(p), nil
}

func hang(line string, width int) string {
	if text.StringWidthWithoutEscSequences(line) <= width {
		return line
	}
	indent := len(line) - len(strings.TrimLeft(line, " "))
	if indent > 3 { // an example, which is not prose
		indent += 3
	}
	for i := 2; i < min(len(line), width*2/3); i++ {
		if line[i-2:i] == "  " && line[i] != ' ' && strings.TrimSpace(line[:i]) != "" {
			indent = i
		}
	}
	var b strings.Builder
	at := 0
	for i, word := range strings.SplitAfter(line, " ") {
		if n := text.StringWidthWithoutEscSequences(strings.TrimRight(word, " ")); i > 0 && at+n > width && at > indent {
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		}
		b.WriteString(word)
		at += text.StringWidthWithoutEscSequences(word)
	}
	lines := strings.Split(b.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
