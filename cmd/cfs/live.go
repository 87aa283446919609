package main

import (
	"fmt"
	"io"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/urfave/cli/v3"
)

// live is the display for a terminal: one line per submission, redrawn in
// place. go-pretty keeps the lines in place; what they say is made by row.
//
// The last line is go-pretty's tracker and those above it are its pinned
// messages, because their number may change and that of trackers may not.
type live struct {
	app      *app
	command  *cli.Command
	palette  palette
	rows     []*row
	writer   progress.Writer
	tracker  *progress.Tracker
	rendered chan struct{}
	frame    int
}

func newLive(a *app, c *cli.Command, targets []target) *live {
	l := &live{app: a, command: c, palette: colours(a.getenv, 1), rendered: make(chan struct{})}
	for _, t := range targets {
		l.rows = append(l.rows, newRow(a, t, len(targets) > 1))
	}
	l.writer, l.tracker = newRegion(a.stdout)
	l.tick()
	go func() { l.writer.Render(); close(l.rendered) }()
	return l
}

// newRegion is a part of the screen that shows nothing but messages.
func newRegion(out io.Writer) (progress.Writer, *progress.Tracker) {
	w := progress.NewWriter()
	w.SetOutputWriter(fromLeft{out})
	w.SetStyle(progress.Style{Chars: progress.StyleCharsDefault, Visibility: progress.StyleVisibility{Pinned: true}})
	w.SetTrackerPosition(progress.PositionRight)
	w.SetUpdateFrequency(frameTime)
	t := &progress.Tracker{}
	w.AppendTracker(t)
	return w, t
}

// fromLeft begins each frame at the left of an empty line: a Ctrl-C that the
// terminal echoes would otherwise stay, and shift the line above it.
type fromLeft struct{ io.Writer }

func (w fromLeft) Write(frame []byte) (int, error) {
	if _, err := io.WriteString(w.Writer, "\r"+text.EraseLine.Sprint()+string(frame)); err != nil {
		return 0, err
	}
	return len(frame), nil
}

func (l *live) show(e event) { l.rows[e.target].update(e, l.app.now()) }

func (l *live) tick() {
	l.frame++
	lines := l.lines(l.app.size(l.app.stdout))
	last := len(lines) - 1
	l.writer.SetPinnedMessages(lines[:last]...)
	l.tracker.UpdateMessage(lines[last])
}

// lines is what the region shows: every row, if the terminal is high enough.
// Otherwise rows that have ended scroll away upwards, and of the others there
// are as many as fit, with a count below.
func (l *live) lines(width, height int) (lines []string) {
	room := max(height-2, 1) // the cursor stands below, a prompt above
	all := len(l.rows) <= room
	ended := 0
	for _, r := range l.rows {
		switch {
		case all || !r.ended() && len(lines) < room-1:
			lines = append(lines, l.draw(r, width))
		case r.ended() && !r.gone:
			r.gone = true
			l.writer.Log(l.draw(r, width))
		}
		if r.ended() {
			ended++
		}
	}
	if all {
		return lines
	}
	return append(lines, fmt.Sprintf("%d talks, %d ended", len(l.rows), ended))
}

func (l *live) draw(r *row, width int) string {
	return r.draw(width, l.frame, l.app.now(), l.palette)
}

// close draws the last frame and writes below it what does not fit a line.
func (l *live) close() {
	l.tick()
	l.stop()
	said := map[string]bool{}
	for _, r := range l.rows {
		if r.err != nil && !said[r.err.Error()] {
			said[r.err.Error()] = true
			l.app.report(l.command, about(r.ref, r.err))
		} else if r.err == nil {
			l.conclude(r)
		}
	}
}

// stop ends the rendering. Stopping a renderer that has not quite begun has
// no effect in go-pretty, hence the repetition.
func (l *live) stop() {
	for again := time.NewTicker(frameTime); ; {
		l.writer.Stop()
		select {
		case <-l.rendered:
			again.Stop()
			return
		case <-again.C:
		}
	}
}

// conclude says what a submission came to, where a line has no room for it.
func (l *live) conclude(r *row) {
	width, _ := l.app.size(l.app.stdout)
	switch {
	case !r.many:
		fmt.Fprintf(l.app.stdout, "\n%s\n", sentence(reason(r.state.Result), width))
	case r.state.Failure != nil:
		fmt.Fprintf(l.app.stdout, "%s\n", sentence(r.ref+": "+reason(r.state.Result), width))
	}
}
