package interp_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// harness is what an engine would be to a run: it answers tasks at once, and its
// clock jumps from one timer to the next.
type harness struct {
	run     *interp.Run
	answer  func(interp.Task) []interp.Input
	now     time.Time
	due     []interp.Timer
	inputs  []interp.Input // everything applied, as a journal would have it
	queue   []interp.Input
	dropped map[uint64]bool
	applied func()
}

func newHarness(r *interp.Run, answer func(interp.Task) []interp.Input) *harness {
	return &harness{run: r, answer: answer, now: time.Date(2024, 11, 5, 10, 0, 0, 0, time.UTC), dropped: map[uint64]bool{}}
}

func (w *harness) start(input string) {
	w.apply(interp.Input{Kind: interp.Started, Output: json.RawMessage(input)})
}

func (w *harness) apply(in interp.Input) interp.Effects {
	in.At = w.now
	w.inputs = append(w.inputs, in)
	e := w.run.Apply(in)
	if w.applied != nil {
		w.applied()
	}
	w.due = append(w.due, e.Timers...)
	for _, ref := range e.Dropped {
		w.dropped[ref] = true
	}
	for _, task := range e.Tasks {
		if task.Function != "" {
			w.queue = append(w.queue, interp.Input{Kind: interp.TaskStarted, Ref: task.Ref})
		}
		for _, in := range w.answer(task) {
			in.Ref = task.Ref
			w.queue = append(w.queue, in)
		}
	}
	return e
}

// step applies the next answer, or fires the next timer; false when there is none.
func (w *harness) step() bool {
	if len(w.queue) > 0 {
		in := w.queue[0]
		w.queue = w.queue[1:]
		w.apply(in)
		return true
	}
	w.due = slices.DeleteFunc(w.due, func(t interp.Timer) bool { return w.dropped[t.Ref] })
	if len(w.due) == 0 {
		return false
	}
	slices.SortStableFunc(w.due, func(a, b interp.Timer) int { return a.At.Compare(b.At) })
	next := w.due[0]
	w.due = w.due[1:]
	if next.At.After(w.now) {
		w.now = next.At
	}
	w.apply(interp.Input{Kind: interp.TimerFired, Ref: next.Ref})
	return true
}

func (w *harness) until(t *testing.T, done func() bool) {
	t.Helper()
	for !done() {
		if !w.step() {
			t.Fatal("the run waits for something that never comes")
		}
	}
}
