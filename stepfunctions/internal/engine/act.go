package engine

import (
	"context"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// act does what follows from an input that is on disk. The caller holds mu.
func (x *execution) act(s staged) {
	if s.answered {
		// Not a drop: a function that answered by its token may still be running.
		delete(x.waits, s.task)
	}
	for _, ref := range s.effects.Dropped {
		x.drop(ref)
	}
	if s.effects.Outcome != nil {
		x.finish(*s.head)
		return
	}
	if s.head != nil {
		x.record.Head = *s.head
	}
	for _, t := range s.effects.Timers {
		x.wait(t.Ref).timer = x.engine.timers.add(x, t.Ref, t.At)
	}
	for _, t := range s.effects.Tasks {
		x.dispatch(t)
	}
}

func (x *execution) wait(ref uint64) *wait {
	if x.waits == nil {
		x.waits = make(map[uint64]*wait)
	}
	w := x.waits[ref]
	if w == nil {
		w = &wait{}
		x.waits[ref] = w
	}
	return w
}

// drop forgets a ref that no longer matters.
func (x *execution) drop(ref uint64) {
	w := x.waits[ref]
	if w == nil {
		return
	}
	delete(x.waits, ref)
	if w.timer != nil {
		x.engine.timers.remove(w.timer)
	}
	if w.cancel != nil {
		w.cancel()
	}
	if w.child != 0 {
		x.engine.stopChild(w.child)
	}
}

// finish is called with mu held once the end is on disk.
func (x *execution) finish(h Head) {
	x.record.Head = h
	for ref := range x.waits {
		x.drop(ref)
	}
	x.waits, x.run = nil, nil
	x.engine.forget(x)
	x.engine.forgive(x.record.ID)
	x.engine.tellEnd(x.record, x.onEnd)
}

// fire hands timers to their execution.
func (e *Engine) fire(x *execution, due []*timer) {
	e.wakers.push(func() {
		for _, t := range due {
			if x.fired(t) {
				x.report(interp.Input{Kind: interp.TimerFired, Ref: t.ref})
			}
		}
	})
}

// fired tells whether the timer still matters, and that it is no longer armed.
func (x *execution) fired(t *timer) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	w := x.waits[t.ref]
	if w == nil || w.timer != t {
		return false
	}
	delete(x.waits, t.ref)
	return true
}

// dispatch does a task. The caller holds mu.
func (x *execution) dispatch(t interp.Task) {
	w := x.wait(t.Ref)
	if t.Token != "" && t.Submitted {
		return // the token is out, the answer is somebody else's
	}
	if t.Function != "" {
		ctx, cancel := context.WithCancel(x.engine.invoking)
		w.cancel = cancel
		x.engine.functions.push(func() {
			defer cancel()
			x.invoke(ctx, t)
		})
		return
	}
	x.engine.wakers.push(func() { x.startNested(t) })
}
