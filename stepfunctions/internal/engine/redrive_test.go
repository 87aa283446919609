package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

func TestRedrive(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
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

// TestRedriveHasAnEnd: what DescribeExecution gives as the reason is why a
// redrive is rejected.
func TestRedriveHasAnEnd(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	refused := func(arn, want string) {
		t.Helper()
		x, err := w.DescribeExecution(t.Context(), arn)
		if err != nil || x.NotRedrivable != want {
			t.Errorf("%q, %v, want %q", x.NotRedrivable, err, want)
		}
		if _, err := w.RedriveExecution(t.Context(), arn, ""); !errors.Is(err, &engine.Error{Code: engine.ExecutionNotRedrivable, Message: want}) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	stopped := func(arn string) string {
		t.Helper()
		if _, err := w.StopExecution(t.Context(), arn, "", ""); err != nil {
			t.Fatal(err)
		}
		return arn
	}
	machine, doomed := w.create("m", `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 70000000, "End": true}}}`), w.create("doomed", waitAYear)
	refused(w.run(machine, "runs", `{}`), "Execution is RUNNING and cannot be redriven")

	endless := w.run(w.create("endless", `{"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [{"Variable": "$.end", "IsPresent": true, "Next": "S"}], "Default": "C"}, "S": {"Type": "Succeed"}}}`), "x", `{}`)
	w.ended(endless)
	refused(endless, "Execution history event limit exceeded")

	orphan := stopped(w.run(doomed, "x", `{}`))
	w.run(doomed, "keeper", `{}`)
	for range 2 {
		if err := w.DeleteStateMachine(t.Context(), doomed); err != nil {
			t.Fatal(err)
		}
		refused(orphan, "State machine is in DELETING status")
		stopped(strings.Replace(doomed, "stateMachine", "execution", 1) + ":keeper")
	}

	early, late := stopped(w.run(machine, "early", `{}`)), w.run(machine, "late", `{}`)
	w.fakeClock.Advance(14*24*time.Hour + time.Second)
	refused(early, "Execution redrivable period exceeded")
	w.fakeClock.Advance(351 * 24 * time.Hour)
	refused(stopped(late), "Execution has exceeded the max execution time")
}

func TestRedriveSurvivesARestart(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
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
