package interp_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/asltest"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// TestReplayGivesTheSameRun: wherever an execution is interrupted, replaying
// its inputs so far and going on gives the same history, the same things to
// wait for and the same outcome.
func TestReplayGivesTheSameRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := generated(t)
		var events []interp.Event
		r := interp.New(s.machine, sampleInfo, interp.WithHistory(func(e interp.Event) { events = append(events, e) }))
		cut := rapid.IntRange(0, len(s.harness.inputs)).Draw(t, "cut")
		for i, in := range s.harness.inputs {
			if i == cut { // a restart: a new run, whose history is not read
				r = replay(s, cut)
				events = s.events[:s.eventsAfter(cut)]
			}
			r.Apply(in)
			want := s.after[i]
			if tasks, timers := r.Outstanding(); !reflect.DeepEqual(tasks, want.tasks) || !reflect.DeepEqual(timers, want.timers) {
				t.Fatalf("after input %d: waits for %v %v, want %v %v", i, tasks, timers, want.tasks, want.timers)
			}
			if r.Events() != int64(want.events) {
				t.Fatalf("after input %d: %d events, want %d", i, r.Events(), want.events)
			}
		}
		if !reflect.DeepEqual(r.Outcome(), s.harness.run.Outcome()) {
			t.Fatalf("outcome %+v, want %+v", r.Outcome(), s.harness.run.Outcome())
		}
		if !reflect.DeepEqual(events, s.events[:len(events)]) {
			t.Fatal("the history differs")
		}
	})
}

func replay(s *sample, n int) *interp.Run {
	r := interp.New(s.machine, sampleInfo)
	for _, in := range s.harness.inputs[:n] {
		r.Apply(in)
	}
	return r
}

func (s *sample) eventsAfter(inputs int) int {
	if inputs == 0 {
		return 0
	}
	return s.after[inputs-1].events
}

// TestHistoriesAreWellFormed: ids count up from 1, every event follows an
// earlier one, and the last one says how the run ended.
func TestHistoriesAreWellFormed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := generated(t)
		for i, e := range s.events {
			if e.ID != int64(i+1) || e.Previous >= e.ID || e.Previous < 0 {
				t.Fatalf("event %d: %+v", i+1, e)
			}
			if _, err := json.Marshal(e.Details); err != nil {
				t.Fatalf("event %d: %v", i+1, err)
			}
		}
		want := map[string]string{"SUCCEEDED": "ExecutionSucceeded", "FAILED": "ExecutionFailed", "ABORTED": "ExecutionAborted"}
		o := s.harness.run.Outcome()
		if last := s.events[len(s.events)-1].Type; last != want[o.Status] {
			t.Fatalf("the last event of a run that ended %s is %s", o.Status, last)
		}
		if tasks, timers := s.harness.run.Outstanding(); len(tasks)+len(timers) > 0 {
			t.Fatalf("after the end it still waits for %v %v", tasks, timers)
		}
		if o.Status == interp.StatusSucceeded && !json.Valid(o.Output) {
			t.Fatalf("output %s", o.Output)
		}
	})
}

// TestEffectsAddUp: what the effects asked for, less what they dropped and
// what came in, is what the run says it waits for.
func TestEffectsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := generated(t)
		r := interp.New(s.machine, sampleInfo)
		open := map[uint64]bool{}
		for _, in := range s.harness.inputs {
			if in.Kind == interp.TimerFired || in.Kind == interp.TaskSucceeded || in.Kind == interp.TaskFailed {
				delete(open, in.Ref)
			}
			e := r.Apply(in)
			for _, task := range e.Tasks {
				open[task.Ref] = true
			}
			for _, timer := range e.Timers {
				open[timer.Ref] = true
			}
			for _, ref := range e.Dropped {
				delete(open, ref)
			}
			tasks, timers := r.Outstanding()
			got := map[uint64]bool{}
			for _, task := range tasks {
				got[task.Ref] = true
			}
			for _, timer := range timers {
				got[timer.Ref] = true
			}
			if fmt.Sprint(got) != fmt.Sprint(open) {
				t.Fatalf("waits for %v, asked for %v", got, open)
			}
		}
	})
}

// TestRunSurvivesBrokenDefinitions: even a definition that does not validate
// makes no run panic or go on for ever.
func TestRunSurvivesBrokenDefinitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, _ := asl.Parse(asltest.Broken().Draw(t, "definition"))
		if m == nil {
			return
		}
		s := &sample{machine: m}
		r := interp.New(m, sampleInfo, interp.WithHistory(func(e interp.Event) { s.events = append(s.events, e) }))
		w := newHarness(r, func(task interp.Task) []interp.Input {
			return []interp.Input{{Kind: interp.TaskSucceeded, Output: task.Parameters}}
		})
		w.start(value.Text(asltest.Input().Draw(t, "input")))
		for step := 0; step < 500 && r.Outcome() == nil && w.step(); step++ {
		}
		w.apply(interp.Input{Kind: interp.Stopped})
		w.apply(interp.Input{Kind: interp.Redriven})
		w.step()
	})
}
