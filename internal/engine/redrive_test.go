package engine_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"asynchttpapi/internal/engine"
)

func TestRedrive(t *testing.T) {
	w := newWorldAt(t, time.Unix(1_700_000_000, 0))
	var broken atomic.Bool
	var first atomic.Int32
	broken.Store(true)
	w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) { first.Add(1); return []byte(`1`), nil })
	w.invoker.Handle(function+"f2", func(context.Context, []byte) ([]byte, error) {
		if broken.Load() {
			return nil, &engine.FunctionError{Payload: []byte(`{"errorType":"Boom"}`)}
		}
		return []byte(`2`), nil
	})
	arn := w.run(w.create("m", chain(2)), "x", `{}`)
	w.wantEnd(arn, `FAILED Boom: {"errorType":"Boom"}`)
	broken.Store(false)
	w.fakeClock.Advance(time.Hour)
	at, err := w.RedriveExecution(t.Context(), arn, "token")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := w.RedriveExecution(t.Context(), arn, "token"); err != nil || !again.Equal(at) {
		t.Errorf("the same redrive again: %s, %v", again, err)
	}
	x := w.ended(arn)
	if x.Status != engine.Succeeded || string(x.Output) != "2" || x.RedriveCount != 1 || !x.Redriven.Equal(at) || first.Load() != 1 {
		t.Errorf("%+v, the first function ran %d times", x, first.Load())
	}
	if _, err := w.RedriveExecution(t.Context(), arn, ""); !errors.Is(err, code(engine.ExecutionNotRedrivable)) {
		t.Errorf("a redrive of what succeeded: %v", err)
	}
	w.fakeClock.Advance(15*time.Minute + time.Second)
	if _, err := w.RedriveExecution(t.Context(), arn, "token"); !errors.Is(err, code(engine.ExecutionNotRedrivable)) {
		t.Errorf("the same redrive after 15 minutes: %v", err)
	}
}

func TestRedriveHasAnEnd(t *testing.T) {
	w := newWorldAt(t, time.Unix(1_700_000_000, 0))
	machine := w.create("m", waitAYear)
	arn := w.run(machine, "x", `{}`)
	if _, err := w.RedriveExecution(t.Context(), arn, ""); !errors.Is(err, code(engine.ExecutionNotRedrivable)) {
		t.Errorf("a redrive of what runs: %v", err)
	}
	if _, err := w.StopExecution(t.Context(), arn, "", ""); err != nil {
		t.Fatal(err)
	}
	w.fakeClock.Advance(14*24*time.Hour + time.Second)
	if _, err := w.RedriveExecution(t.Context(), arn, ""); !errors.Is(err, code(engine.ExecutionNotRedrivable)) {
		t.Errorf("a redrive after 14 days: %v", err)
	}
}

func TestRedriveSurvivesARestart(t *testing.T) {
	w := newWorldAt(t, time.Unix(1_700_000_000, 0))
	arn := w.run(w.create("m", `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 100, "End": true}}}`), "x", `{}`)
	if _, err := w.StopExecution(t.Context(), arn, "", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RedriveExecution(t.Context(), arn, ""); err != nil {
		t.Fatal(err)
	}
	w.restart(func() {})
	w.fakeClock.Advance(100 * time.Second)
	w.wantEnd(arn, "SUCCEEDED {}")
	w.restart(func() {})
	w.wantEnd(arn, "SUCCEEDED {}")
}
