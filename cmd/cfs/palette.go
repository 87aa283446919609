package main

import (
	"github.com/jedib0t/go-pretty/v6/text"

	"example.org/asynchttpapi/api"
)

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
