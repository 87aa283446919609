package main

import (
	"slices"
	"strings"

	"example.org/asynchttpapi/api"
)

// stages are the custom statuses on the way, and rejected is the one end that
// a script has to tell from the other. They are the server's words; one that
// is not known here is shown as it is.
var stages = []string{"Moderation", "Shortlisting", "Selection"}

const rejected = "Rejected"

// marks draw a submission's way. Fonts and locales differ, hence two sets.
type marks struct {
	spinner                         []string
	passed, current, stopped, ahead string // stages
	approved, no, failed            string // ends
	ellipsis                        string
}

var unicodeMarks = marks{
	spinner: []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"},
	passed:  "●", current: "◐", stopped: "✗", ahead: "○", approved: "✓", no: "–", failed: "✗", ellipsis: "…",
}

var asciiMarks = marks{
	spinner: []string{"|", "/", "-", `\`},
	passed:  "#", current: "o", stopped: "x", ahead: ".", approved: "+", no: "-", failed: "x", ellipsis: "~",
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

// way shows the stages: passed, the one it is in or ended in, and ahead.
// Reached is the last stage seen, and -1 before the first.
func (m marks) way(s api.Submission, reached int) string {
	if s.Status == api.Succeeded && s.CustomStatus != rejected {
		return strings.Repeat(m.passed, len(stages))
	}
	if reached < 0 {
		return strings.Repeat(m.ahead, len(stages))
	}
	here := m.current
	if s.Status.Terminal() {
		here = m.stopped
	}
	return strings.Repeat(m.passed, reached) + here + strings.Repeat(m.ahead, len(stages)-reached-1)
}

// word says in one where a submission is, or what came of it.
func word(s api.Submission) string {
	if s.Status == api.Failed || s.Status == api.Canceled {
		return string(s.Status)
	}
	return clean(s.CustomStatus)
}

// stageIndex is -1 for what is no stage.
func stageIndex(customStatus string) int { return slices.Index(stages, customStatus) }
