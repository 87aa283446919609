package main

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/text"

	"example.org/asynchttpapi/api"
)

// rejected is the one end that a script has to distinguish from the others. It is
// the server's word, as every other custom status is.
const rejected = "Rejected"

// marks draw a submission's progress. Fonts and locales differ, hence two sets.
type marks struct {
	spinner              []string
	done, ahead          string // cells of the bar
	approved, no, failed string // ends
	paused               string // not watched any more
	then                 string // between stages
	ellipsis             string
}

var unicodeMarks = marks{
	spinner: []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"},
	done:    "█", ahead: "░", approved: "✓", no: "–", failed: "✗", paused: "…", then: " › ", ellipsis: "…",
}

var asciiMarks = marks{
	spinner: []string{"|", "/", "-", `\`},
	done:    "#", ahead: ".", approved: "+", no: "-", failed: "x", paused: "~", then: " > ", ellipsis: "~",
}

// locale picks the marks, by the variables in POSIX's order of precedence.
func locale(getenv func(string) string) marks {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			if strings.Contains(v, "utf-8") || strings.Contains(v, "utf8") {
				return unicodeMarks
			}
			return asciiMarks
		}
	}
	return asciiMarks
}

// sign is the one character in front: how it ended, or that it goes on.
func (m marks) sign(s api.Submission, frame int) string {
	switch {
	case s.Status == api.Failed, s.Status == api.Canceled:
		return m.failed
	case s.CustomStatus == rejected:
		return m.no
	case s.Status == api.Succeeded:
		return m.approved
	}
	return m.spinner[frame%len(m.spinner)]
}

// bar draws a percentage in so many cells. Only 100 % fills the last one.
func (m marks) bar(percent, cells int) string {
	full := min(max(percent, 0), 100) * cells / 100
	return strings.Repeat(m.done, full) + strings.Repeat(m.ahead, cells-full)
}

// word says in one where a submission is, or what came of it.
func word(s api.Submission) string {
	if s.Status == api.Failed || s.Status == api.Canceled {
		return string(s.Status)
	}
	return clean(s.CustomStatus)
}

// palette colours text, or does not. It is asked for explicitly each time,
// because go-pretty's own switch is global.
type palette bool

// colours follows https://no-color.org and the word of a terminal that is none.
func colours(getenv func(string) string, width int) palette {
	return palette(width > 0 && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb")
}

func (p palette) paint(s string, colors ...text.Color) string {
	if !p || s == "" {
		return s
	}
	return text.Escape(s, text.Colors(colors).EscapeSeq())
}

func (p palette) faint(s string) string { return p.paint(s, text.Faint) }
func (p palette) bold(s string) string  { return p.paint(s, text.Bold) }
func (p palette) alarm(s string) string { return p.paint(s, text.FgRed) }

// verdict colours a word by what the submission has come to.
func (p palette) verdict(s string, of api.Submission) string {
	switch {
	case of.Status == api.Failed, of.Status == api.Canceled:
		return p.paint(s, text.FgRed, text.Bold)
	case of.CustomStatus == rejected:
		return p.paint(s, text.FgYellow, text.Bold)
	case of.Status == api.Succeeded:
		return p.paint(s, text.FgGreen, text.Bold)
	}
	return p.paint(s, text.FgCyan)
}

// clean takes out of a server's text what a terminal would obey instead of
// show: control characters, and those that turn the direction of writing.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if obeyed(r) {
			return ' '
		}
		return r
	}, s)
}

func obeyed(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

// stopwatch writes a duration as 0:07, 12:34 or 1:02:03.
func stopwatch(d time.Duration) string {
	s := int(max(d, 0) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// seconds rounds up, so that a countdown ends with 1 and not with 0.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%d s", max(0, (d+time.Second-1)/time.Second))
}

// leastPercent is the percentage that an estimate needs: less is mostly the time
// that the first stage took to begin.
const leastPercent = 5

// remaining estimates how long a submission takes from now on: at the last change
// so many percent were done in the time since it was created, and the rest takes as
// long for each. It returns 0 where there is nothing to estimate from, and once it
// takes longer than estimated.
func remaining(s state, elapsed time.Duration) time.Duration {
	spent := s.LastUpdatedTime.Sub(s.CreatedTime)
	if !s.HasPercent || s.Done() || s.PercentComplete < leastPercent || s.PercentComplete > 99 || spent < time.Second {
		return 0
	}
	return max(0, time.Duration(float64(spent)*100/float64(s.PercentComplete))-elapsed)
}

// estimate is a remaining time in words, rounded to what an estimate is worth; ""
// for 0.
func estimate(d time.Duration) string {
	up := func(unit time.Duration) int { return int((d + unit - 1) / unit) }
	switch {
	case d <= 0:
		return ""
	case d <= 5*time.Second:
		return "a few seconds left"
	case d <= 55*time.Second:
		return fmt.Sprintf("about %d s left", 5*up(5*time.Second))
	case d <= 90*time.Minute:
		return fmt.Sprintf("about %d min left", up(time.Minute))
	case d <= 48*time.Hour:
		return fmt.Sprintf("about %d h left", up(time.Hour))
	}
	return fmt.Sprintf("about %d days left", up(24*time.Hour))
}
