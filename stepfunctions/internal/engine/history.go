package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// HistoryPage says which part of a history is wanted.
type HistoryPage struct {
	ARN string
	// Reverse is for the last event first.
	Reverse bool
	// After is how many events come before the page in that order, Limit how
	// many it has at most. A page of large events has fewer.
	After, Limit int
	// Bytes bounds the data of a page's events, but for its first one.
	Bytes int
	// WithoutData leaves out inputs, outputs and assigned variables.
	WithoutData bool
}

// errPageFull ends a replay that has come to the end of a page.
var errPageFull = errors.New("the page is full")

// HistoryPage returns a page of an execution's events and whether there are more
// after it. They are what a replay of the journal writes; it keeps no others.
// Errors: ExecutionDoesNotExist, InvalidARN.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
func (e *Engine) HistoryPage(ctx context.Context, p HistoryPage) (events []interp.Event, more bool, err error) {
	r, err := e.find(ctx, p.ARN)
	if err != nil {
		return nil, false, err
	}
	if x := e.alive(r.ID); x != nil {
		x.flush()
	}
	revision, err := e.registry.revision(ctx, r.Revision)
	if err != nil {
		return nil, false, err
	}
	// One event more than the page has shows that there is one.
	w := &window{first: int64(p.After) + 1, last: int64(p.After) + int64(p.Limit) + 1, limit: p.Limit, room: p.Bytes, withoutData: p.WithoutData}
	if p.Reverse {
		run := interp.New(revision.parsed, e.info(r, revision))
		if err := e.replayHistory(ctx, r.ID, run, nil); err != nil {
			return nil, false, e.orGone(ctx, r, err)
		}
		w.last = run.Events() - int64(p.After)
		w.first = max(1, w.last-int64(p.Limit)+1)
		w.latest = true
	}
	run := interp.New(revision.parsed, e.info(r, revision), interp.WithEvents(w.first, w.last, w.add))
	if err := e.replayHistory(ctx, r.ID, run, w); err != nil {
		return nil, false, e.orGone(ctx, r, err)
	}
	if p.Reverse {
		slices.Reverse(w.events)
		return w.events, w.first > 1 || w.dropped, nil
	}
	return w.events, w.dropped, nil
}

// replayHistory replays the execution until w, if there is one, has what it wants.
func (e *Engine) replayHistory(ctx context.Context, id int64, run *interp.Run, w *window) error {
	_, _, err := e.replayUntil(ctx, id, run, func() bool { return w != nil && w.full() })
	if err != nil && !errors.Is(err, errPageFull) {
		return fmt.Errorf("read the execution: %w", err)
	}
	return nil
}

// window keeps the events of a page: the first ones that fit into it, or, for a
// history that is read from its end, the latest ones.
type window struct {
	first, last int64
	limit, room int
	latest      bool
	withoutData bool

	events []interp.Event
	bytes  int
	// dropped is set once an event did not fit.
	dropped bool
}

func (w *window) full() bool { return w.dropped && !w.latest }

// add takes an event, in the order of ids, and reports whether it takes more.
func (w *window) add(event interp.Event) bool {
	if w.withoutData {
		maps.DeleteFunc(event.Details, func(name string, _ any) bool { return interp.ExecutionData(name) })
	}
	size := event.Size()
	if !w.latest && (len(w.events) == w.limit || len(w.events) > 0 && w.bytes+size > w.room) {
		w.dropped = true
		return false
	}
	w.events = append(w.events, event)
	w.bytes += size
	for w.latest && len(w.events) > 1 && w.bytes > w.room {
		w.bytes -= w.events[0].Size()
		w.events[0] = interp.Event{}
		w.events = w.events[1:]
		w.dropped = true
	}
	return true
}

// History returns every event of an execution, the first one first: all of
// them may be more than there is memory. Errors: those of HistoryPage.
func (e *Engine) History(ctx context.Context, arn string) ([]interp.Event, error) {
	var all []interp.Event
	for {
		page, more, err := e.HistoryPage(ctx, HistoryPage{ARN: arn, After: len(all), Limit: 25_000, Bytes: 8 << 20})
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); !more {
			return all, nil
		}
	}
}
