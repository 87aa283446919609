package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// errEnded refuses an input because the execution has ended.
var errEnded = errors.New("the execution has ended")

// errIgnored says that the input concerns nothing that the run waits for.
var errIgnored = errors.New("nothing waits for this")

// submit applies an input, and returns when it is on disk and acted on. check,
// if not nil, may refuse it, looking at the run.
func (x *execution) submit(ctx context.Context, in interp.Input, check func() error) error {
	done := make(chan error, 1)
	if err := x.stage(ctx, in, check, done); err != nil {
		return err
	}
	return <-done
}

// report applies an input that nobody waits for: a function's answer, a timer.
// Where it cannot be kept, the execution goes back to what the journal has and
// does what is outstanding again.
func (x *execution) report(in interp.Input) {
	err := x.stage(context.Background(), in, nil, nil)
	switch {
	case err == nil, errors.Is(err, errEnded), errors.Is(err, errIgnored), errors.Is(err, errAstray):
		return
	}
	x.engine.cfg.Log.Error("an execution could not be read", "execution", x.record.ID, "error", err)
	x.again(in.Ref)
}

// stage applies the input and sees to it that somebody commits it.
func (x *execution) stage(ctx context.Context, in interp.Input, check func() error, done chan<- error) error {
	x.mu.Lock()
	if err := x.apply(ctx, in, check, done); err != nil {
		x.mu.Unlock()
		return err
	}
	mine := !x.committing
	x.committing = true
	x.mu.Unlock()
	if mine {
		x.commit()
	}
	return nil
}

// apply is called with mu held.
func (x *execution) apply(ctx context.Context, in interp.Input, check func() error, done chan<- error) error {
	if x.ended {
		return errEnded
	}
	if err := x.wake(ctx); x.astray != nil && in.Kind == interp.Stopped {
		in.At = x.at()
		x.queue(x.stopAstray(in, done))
		return nil
	} else if err != nil {
		return fmt.Errorf("read the execution: %w", err)
	}
	if check != nil {
		if err := check(); err != nil {
			return err
		}
	}
	if !x.run.Heeds(in) {
		return errIgnored
	}
	in.At = x.at()
	s, err := x.applied(in, done)
	if err != nil {
		x.setAside(err)
		return err
	}
	if in.Kind == interp.TaskHeartbeat && len(s.effects.Timers) == 0 {
		return errIgnored // the task has no HeartbeatSeconds: nothing has changed
	}
	x.queue(s)
	return nil
}

// queue has the next write take the input along.
func (x *execution) queue(s staged) {
	x.staged = append(x.staged, s)
	x.seq++
}

// applied gives the run an input, and what is to be written and done about it.
func (x *execution) applied(in interp.Input, done chan<- error) (staged, error) {
	effects, err := apply(x.run, in)
	if err != nil {
		return staged{}, err
	}
	s := staged{entry: encode(in, sumOf(effects)), effects: effects, done: done}
	switch in.Kind {
	case interp.TaskSucceeded, interp.TaskFailed:
		s.task, s.answered = in.Ref, true
	case interp.TaskSubmitted:
		s.task = in.Ref
	}
	if s.effects.Outcome != nil {
		x.ended = true
		s.head = x.endedHead(s.effects.Outcome, in.At)
	}
	return s, nil
}

// at is the time of the next input: a clock that was set back does not make
// a history run backwards.
func (x *execution) at() time.Time {
	if now := x.engine.now(); now.After(x.last) {
		x.last = now
	}
	return x.last
}

func (x *execution) endedHead(o *interp.Outcome, at time.Time) *Head {
	h := x.record.Head
	h.Status, h.Stopped = Status(o.Status), at
	h.Output, h.Error, h.Cause = o.Output, o.Error, o.Cause
	h.Unannounced = x.engine.cfg.announces(h.Status) && !x.ephemeral()
	return &h
}
