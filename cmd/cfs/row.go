package main

import (
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
)

// row is one submission on a terminal: sign, id, way, stage, elapsed time, and
// what comes next.
type row struct {
	ref     string
	many    bool // several are watched, so the id is shown
	fresh   bool // submitted just now, so no clock but ours matters
	marks   marks
	watched time.Time

	known   bool
	state   state
	reached int
	nextAt  time.Time
	waiting string // why the next attempt is a repetition
	err     error
	endedAt time.Time // when err came
	gone    bool      // has scrolled away
}

func newRow(a *app, t target, many bool) *row {
	return &row{ref: t.label(), many: many, fresh: t.from.Status != "", marks: locale(a.getenv), watched: a.now(), reached: -1}
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
		r.waiting, r.nextAt = trouble(e.retry.Err), now.Add(e.retry.Delay)
	case e.err != nil:
		r.err, r.endedAt = e.err, now
	default:
		r.known, r.state, r.waiting = true, e.state, ""
		r.nextAt = now.Add(e.state.RetryAfter)
		r.reached = max(r.reached, stageIndex(e.state.Result.CustomStatus))
	}
}

// draw makes the line, which is never longer than the terminal is wide.
func (r *row) draw(width, frame int, now time.Time, p palette) string {
	parts := []string{r.sign(frame, p)}
	if r.many {
		parts = append(parts, p.bold(r.shortID(width)))
	}
	stage := text.Pad(word(r.state.Result), len("Shortlisting"), ' ')
	parts = append(parts,
		r.marks.way(r.state.Result, r.reached),
		p.verdict(stage, r.state.Result),
		text.AlignRight.Apply(stopwatch(r.elapsed(now)), len("0:00")))
	line := strings.Join(parts, "  ")
	room := width - 1 - text.StringWidthWithoutEscSequences(line) - 2
	if note := r.note(room, now, p); note != "" && room >= leastNote {
		line += "  " + note
	}
	return text.Snip(line, max(width-1, 1), r.marks.ellipsis)
}

// leastNote is the room that a note needs to say anything, such as "10 s". For
// one that ended the sign does, and there is more below the lines.
const leastNote = 4

// ended tells that nothing more will be heard.
func (r *row) ended() bool { return r.err != nil || r.state.Done() }

func (r *row) sign(frame int, p palette) string {
	switch {
	case r.err != nil:
		return p.alarm(r.marks.failed)
	case !r.known:
		return r.marks.spinner[frame%len(r.marks.spinner)]
	}
	return p.verdict(r.marks.sign(r.state.Result, frame), r.state.Result)
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
	created := r.state.Result.CreatedTime
	switch {
	case r.state.Done():
		return r.state.Result.LastUpdatedTime.Sub(created)
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
	left := r.nextAt.Sub(now)
	switch {
	case r.err != nil:
		return p.alarm(ends[exitCode(r.err)])
	case r.state.Done():
		return ""
	case r.waiting != "":
		again := "again in " + seconds(left)
		return p.alarm(fitting(room, r.waiting+", "+again, "no answer, "+again, again, seconds(left)))
	case !r.known, left <= 0:
		return p.faint("asking")
	}
	return p.faint(fitting(room, "next poll in "+seconds(left), seconds(left)))
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
