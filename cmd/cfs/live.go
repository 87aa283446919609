package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
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
	column := leastColumn
	for _, r := range l.rows {
		column = max(column, r.stageWidth())
	}
	for _, r := range l.rows {
		switch {
		case all || !r.ended() && len(lines) < room-1:
			lines = append(lines, l.draw(r, width, column))
		case r.ended() && !r.gone:
			r.gone = true
			l.writer.Log(l.draw(r, width, column))
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

func (l *live) draw(r *row, width, column int) string {
	return r.draw(width, column, l.frame, l.app.now(), l.palette)
}

// close draws the last frame and writes below it what does not fit a line.
func (l *live) close() {
	l.tick()
	l.stop()
	said := map[string]bool{}
	for _, r := range l.rows {
		switch {
		case r.err == nil:
			l.conclude(r)
		case !unfinished(exitCode(r.err)) && !said[r.err.Error()]:
			said[r.err.Error()] = true
			l.app.report(l.command, about(r.ref, r.err))
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

// conclude says what a submission came to, where a line has no room for it, and
// which stages were seen on the way.
func (l *live) conclude(r *row) {
	width, _ := l.app.size(l.app.stdout)
	switch {
	case !r.many && len(r.seen) > 1:
		fmt.Fprintf(l.app.stdout, "\n%s\n%s\n", l.palette.faint(wrap(strings.Join(r.seen, r.marks.then), max(20, width))),
			sentence(reason(r.state.Submission), width))
	case !r.many:
		fmt.Fprintf(l.app.stdout, "\n%s\n", sentence(reason(r.state.Submission), width))
	case r.state.Error != nil:
		fmt.Fprintf(l.app.stdout, "%s\n", sentence(r.ref+": "+reason(r.state.Submission), width))
	}
}

// row is one submission on a terminal: sign, id, progress, stage, elapsed time, and
// what comes next.
type row struct {
	ref     string
	many    bool // several are watched, so the id is shown
	fresh   bool // submitted just now, so no clock but ours matters
	marks   marks
	watched time.Time

	known   bool
	state   state
	seen    []string // the custom statuses, in order
	nextAt  time.Time
	waiting string // why the next attempt is a repetition
	err     error
	endedAt time.Time // when err came
	gone    bool      // has scrolled away
}

func newRow(a *app, t target, many bool) *row {
	return &row{ref: t.label(), many: many, fresh: t.from.Status != "", marks: locale(a.getenv), watched: a.now()}
}

// label is what a person recognises a target by.
func (t target) label() string {
	if t.from.ID != "" {
		return t.from.ID
	}
	return idOf(t.ref)
}

// idOf is the id in a status URL, or the id itself.
func idOf(ref string) string {
	ref, _, _ = strings.Cut(ref, "?")
	ref, _, _ = strings.Cut(ref, "#")
	return ref[strings.LastIndexByte(ref, '/')+1:]
}

func (r *row) update(e event, now time.Time) {
	switch {
	case e.retry != nil:
		r.waiting, r.nextAt = shortError(e.retry.Err), now.Add(e.retry.Delay)
	case e.err != nil:
		r.err, r.endedAt = e.err, now
	default:
		r.known, r.state, r.waiting = true, e.state, ""
		r.nextAt = now.Add(e.state.RetryAfter)
		if word := clean(e.state.CustomStatus); word != "" && !slices.Contains(r.seen, word) {
			r.seen = append(r.seen, word)
		}
	}
}

// draw makes the line, which is never longer than the terminal is wide. The column
// of the stages has so many cells.
func (r *row) draw(width, column, frame int, now time.Time, p palette) string {
	column = min(column, max(leastColumn, width/4))
	parts := []string{r.sign(frame, p)}
	if r.many {
		parts = append(parts, p.bold(r.shortID(width)))
	}
	parts = append(parts,
		r.progress(width),
		p.verdict(text.Pad(text.Snip(word(r.state.Submission), column, r.marks.ellipsis), column, ' '), r.state.Submission),
		text.AlignRight.Apply(stopwatch(r.elapsed(now)), len("0:00")))
	line := strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "  ")
	room := width - 1 - text.StringWidthWithoutEscSequences(line) - 2
	if note := r.note(room, now, p); note != "" && room >= leastNote {
		line += "  " + note
	}
	return text.Snip(line, max(width-1, 1), r.marks.ellipsis)
}

// leastColumn and mostColumn bound the column of the stages, whose names are the
// server's.
const leastColumn, mostColumn = 12, 24

// stageWidth is the width of the longest of the words that a row has shown.
func (r *row) stageWidth() int {
	widest := leastColumn
	for _, word := range r.seen {
		widest = max(widest, text.StringWidthWithoutEscSequences(word))
	}
	return min(widest, mostColumn)
}

// progress is the percentage as a bar and a number: less on a narrow terminal, and
// blank while nothing is known of it.
func (r *row) progress(width int) string {
	cells := 10
	switch {
	case width < 50 && r.many:
		return ""
	case width < 50:
		cells = 0
	case width < 60 || width < 100 && r.many:
		cells = 5
	}
	if !r.known || !r.state.HasPercent {
		return strings.Repeat(" ", cells+len(" 100%"))
	}
	return r.marks.bar(r.state.PercentComplete, cells) + fmt.Sprintf(" %3d%%", r.state.PercentComplete)
}

// leastNote is the room that a note needs to say anything, such as "10 s". For
// one that ended the sign does, and there is more below the lines.
const leastNote = 4

// ended reports whether nothing more will be heard.
func (r *row) ended() bool { return r.err != nil || r.state.Done() }

func (r *row) sign(frame int, p palette) string {
	switch {
	case r.err != nil && unfinished(exitCode(r.err)):
		return r.marks.paused
	case r.err != nil:
		return p.alarm(r.marks.failed)
	case !r.known:
		return r.marks.spinner[frame%len(r.marks.spinner)]
	}
	return p.verdict(r.marks.sign(r.state.Submission, frame), r.state.Submission)
}

// shortID leaves room for the rest of the line on a narrow terminal.
func (r *row) shortID(width int) string {
	most := 26
	if width < 80 {
		most = 10
	}
	return text.Pad(text.Snip(clean(r.ref), most, r.marks.ellipsis), most, ' ')
}

func (r *row) elapsed(now time.Time) time.Duration {
	created := r.state.Submission.CreatedTime
	switch {
	case r.state.Done():
		return r.state.Submission.LastUpdatedTime.Sub(created)
	case r.err != nil:
		now = r.endedAt
	}
	if r.known && !r.fresh && created.Before(r.watched) {
		return now.Sub(created)
	}
	return now.Sub(r.watched)
}

// ends are the notes of submissions that nothing more will be heard of.
var ends = map[int]string{
	exitUnexpected: "gave up", exitUsage: "no such id", exitNotFound: "not found", exitUnreachable: "cannot reach the server",
	exitRefused: "refused", exitPending: "out of time", exitInterrupted: "interrupted",
}

// note says what the program is waiting for, in the room there is.
func (r *row) note(room int, now time.Time, p palette) string {
	next := r.nextAt.Sub(now)
	switch {
	case r.err != nil && unfinished(exitCode(r.err)):
		return p.faint(ends[exitCode(r.err)])
	case r.err != nil:
		return p.alarm(ends[exitCode(r.err)])
	case r.state.Done():
		return ""
	case r.waiting != "":
		again := "again in " + seconds(next)
		return p.alarm(fitting(room, r.waiting+", "+again, "no answer, "+again, again, seconds(next)))
	}
	poll, short := "next poll in "+seconds(next), seconds(next)
	if !r.known || next <= 0 {
		poll, short = "asking", "asking"
	}
	if left := estimate(remaining(r.state, r.elapsed(now))); left != "" {
		return p.faint(fitting(room, left+", "+poll, left, short))
	}
	return p.faint(fitting(room, poll, short))
}

// fitting is the first text that there is room for, or the last.
func fitting(room int, texts ...string) string {
	for _, s := range texts {
		if text.StringWidthWithoutEscSequences(s) <= room {
			return s
		}
	}
	return texts[len(texts)-1]
}
