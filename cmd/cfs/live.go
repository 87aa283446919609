package main

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/urfave/cli/v3"
)

// live is the display for a terminal: one line per submission, redrawn in
// place. go-pretty keeps the lines in place and in order; what they say is
// made by row.
type live struct {
	app      *app
	command  *cli.Command
	palette  palette
	rows     []*row
	trackers []*progress.Tracker
	rendered chan struct{}
	frame    int
}

func newLive(a *app, c *cli.Command, targets []target) *live {
	l := &live{app: a, command: c, palette: colours(a.getenv, 1), rendered: make(chan struct{})}
	w := progress.NewWriter()
	w.SetOutputWriter(fromLeft{a.stdout})
	w.SetStyle(bareStyle())
	w.SetSortBy(progress.SortByIndex)
	w.SetTrackerPosition(progress.PositionRight)
	w.SetUpdateFrequency(frameTime)
	w.SetAutoStop(true)
	for i, t := range targets {
		l.rows = append(l.rows, newRow(a, t, len(targets) > 1))
		tracker := &progress.Tracker{Index: uint64(i), AutoStopDisabled: true}
		l.trackers = append(l.trackers, tracker)
		w.AppendTracker(tracker)
	}
	l.tick()
	go func() { w.Render(); close(l.rendered) }()
	return l
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

// bareStyle hides everything but the message.
func bareStyle() progress.Style {
	return progress.Style{Options: progress.StyleOptions{KeepTrackersTogether: true}, Chars: progress.StyleCharsDefault}
}

func (l *live) show(e event) {
	l.rows[e.target].update(e, l.app.now())
	l.draw(e.target)
}

func (l *live) tick() {
	l.frame++
	for i := range l.rows {
		l.draw(i)
	}
}

func (l *live) draw(i int) {
	l.trackers[i].UpdateMessage(l.rows[i].draw(l.app.width(l.app.stdout), l.frame, l.app.now(), l.palette))
}

// close draws the last frame and writes below it what does not fit a line.
func (l *live) close() {
	l.tick()
	for _, t := range l.trackers {
		t.MarkAsDone()
	}
	<-l.rendered
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

// conclude says what a submission came to, where a line has no room for it.
func (l *live) conclude(r *row) {
	width := l.app.width(l.app.stdout)
	switch {
	case !r.many:
		fmt.Fprintf(l.app.stdout, "\n%s\n", sentence(reason(r.state.Result), width))
	case r.state.Failure != nil:
		fmt.Fprintf(l.app.stdout, "%s\n", sentence(r.ref+": "+reason(r.state.Result), width))
	}
}
