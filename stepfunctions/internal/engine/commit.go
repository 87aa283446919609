package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// staged is an input that is applied and not yet on disk.
type staged struct {
	entry []byte
	// task is the ref of the task that the input is about, or 0; answered reports
	// that it has its result by this.
	task     uint64
	answered bool
	effects  interp.Effects
	events   []interp.Event
	head     *Head
	// done, if set, gets the outcome of the write.
	done chan<- error
	// lazy reports whether nothing follows from the input: the next write takes it along.
	lazy bool
}

// commit writes what is staged, and acts on it. Where more is staged after
// that, it leaves that to another goroutine, so that a caller waits for its own
// input and not for those of others. committing is set and is this goroutine's. It
// returns the calls that follow.
func (x *execution) commit() []call {
	return x.leaveRest(x.commitOnce())
}

// leaveRest has another goroutine commit more, and returns the calls.
func (x *execution) leaveRest(calls []call, more bool) []call {
	if more {
		x.engine.background.push(x.commitRest)
	}
	return calls
}

// commitRest commits until nothing is staged.
func (x *execution) commitRest() {
	for more := true; more; {
		var calls []call
		calls, more = x.commitOnce()
		x.engine.functions.push(calls...)
	}
}

func (x *execution) commitOnce() (calls []call, more bool) {
	x.mu.Lock()
	group, first := x.staged, x.seq-len(x.staged)
	x.staged = nil
	x.mu.Unlock()
	if err := x.append(group, first); err != nil {
		x.abandon(group, err)
		return nil, false
	}
	x.engine.advanced(x.durableID())
	return x.settle(group)
}

// settle acts on what is on disk now, and lets the next write go. It returns the
// calls that follow, and whether there is more to commit, which is this goroutine's then.
func (x *execution) settle(group []staged) (calls []call, more bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, s := range group {
		calls = x.act(calls, s)
	}
	more = slices.ContainsFunc(x.staged, func(s staged) bool { return !s.lazy })
	x.committing, x.setback = more, 0
	finish(group, nil)
	if cap(group) == len(x.spare) {
		x.spare = (*[2]staged)(group[:len(x.spare)])
		clear(x.spare[:])
	}
	x.evict()
	return calls, more
}

// settleFirst is settle for an input that was written by its own caller.
func (x *execution) settleFirst(s staged) {
	x.engine.functions.push(x.leaveRest(x.settle([]staged{s}))...)
}

func finish(group []staged, err error) {
	for _, s := range group {
		if s.done != nil {
			s.done <- err
		}
	}
}

func (x *execution) append(group []staged, first int) error {
	if x.ephemeral() {
		return nil
	}
	entries := make([][]byte, len(group))
	for i, s := range group {
		entries[i] = s.entry
	}
	// The write is not the caller's alone, nor its context.
	return x.engine.cfg.Journal.Append(context.Background(), x.record.ID, first, entries, group[len(group)-1].head)
}

// abandon forgets inputs that could not be written, those staged meanwhile
// too, for they were applied on top.
func (x *execution) abandon(group []staged, err error) {
	x.engine.logJournal("an execution could not be written", x.record.ID, err)
	x.mu.Lock()
	group = append(group, x.staged...)
	x.staged, x.committing = nil, false
	x.run, x.ended = nil, false
	for _, s := range group {
		if s.done == nil {
			// No other goroutine will report it again, so that it has to be done again.
			delete(x.waits, s.task)
		}
	}
	x.recoverLater(err)
	x.mu.Unlock()
	finish(group, err)
}

// logJournal logs an error of the journal. That it was lost is one event, which
// its provider has logged, and not one of each execution.
func (e *Engine) logJournal(message string, execution int64, err error) {
	if !errors.Is(err, ErrJournalLost) {
		e.cfg.Log.Error(message, "execution", execution, "error", err)
	}
}

// How long a journal that fails is left alone: longer each time, for what is
// taken up again is done again.
const (
	minSetback = time.Second
	maxSetback = time.Minute
)

// recoverLater takes the execution up once the journal, which failed with err,
// may work again. After ErrJournalLost that is the next start: functions would
// run again and again for results that cannot be kept. The caller holds mu.
func (x *execution) recoverLater(err error) {
	if errors.Is(err, ErrJournalLost) {
		return
	}
	x.setback = min(max(2*x.setback, minSetback), maxSetback)
	x.engine.cfg.Clock.AfterFunc(x.setback, func() { x.engine.background.push(x.recover) })
}

// recover takes up whatever the run waits for and the engine does not do.
func (x *execution) recover() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended {
		return
	}
	if err := x.load(context.Background()); x.suspended != nil {
		return
	} else if err != nil {
		x.engine.cfg.Log.Error("an execution could not be read", "execution", x.record.ID, "error", err)
		x.recoverLater(err)
		return
	}
	if x.run.Outcome() != nil {
		x.finishRecorded()
		return
	}
	x.resume()
}
