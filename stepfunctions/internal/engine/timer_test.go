package engine_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

const waitAYear = `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 31000000, "End": true}}}`

func TestAYearPassesInAMoment(t *testing.T) {
	w := newDrivenWorld(t)
	x := w.ended(w.run(w.create("m", waitAYear), "x", `7`))
	if took := x.Stopped.Sub(x.Started).Round(time.Second); x.Status != engine.Succeeded || took != 31000000*time.Second {
		t.Errorf("ended %s after %s", x.Status, took)
	}
}

func TestRetryWaitsAndGivesUp(t *testing.T) {
	w := newDrivenWorld(t)
	var calls atomic.Int32
	w.invoker.Handle(function+"f", func(context.Context, []byte) ([]byte, error) {
		calls.Add(1)
		return nil, &engine.FunctionError{Payload: []byte(`{"errorType":"Boom"}`)}
	})
	x := w.ended(w.run(w.create("m", `{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "`+function+`f", "End": true,
		"Retry": [{"ErrorEquals": ["Boom"], "IntervalSeconds": 3, "MaxAttempts": 4, "BackoffRate": 2}]}}}`), "x", `{}`))
	if took := x.Stopped.Sub(x.Started); calls.Load() != 5 || took != 45*time.Second || x.Error != "Boom" {
		t.Errorf("%d calls in %s, then %s; want 5 in 45s, then Boom", calls.Load(), took, x.Error)
	}
}

// A function that hangs is left alone when its state times out.
func TestTaskTimeout(t *testing.T) {
	w := newWorldAt(t, time.Unix(1_700_000_000, 0))
	entered, cancelled := make(chan struct{}), make(chan struct{})
	w.invoker.Handle(function+"f", func(ctx context.Context, _ []byte) ([]byte, error) {
		close(entered)
		<-ctx.Done()
		close(cancelled)
		return nil, ctx.Err()
	})
	arn := w.run(w.create("m", `{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "`+function+`f", "TimeoutSeconds": 30, "End": true}}}`), "x", `{}`)
	<-entered
	w.fakeClock.Advance(29 * time.Second)
	if x, err := w.DescribeExecution(t.Context(), arn); err != nil || x.Status != engine.Running {
		t.Fatalf("after 29 s: %s, %v", x.Status, err)
	}
	w.fakeClock.Advance(time.Second)
	w.wantEnd(arn, "FAILED States.Timeout")
	<-cancelled
}

func TestExecutionTimeout(t *testing.T) {
	w := newDrivenWorld(t)
	arn := w.run(w.create("m", strings.Replace(waitAYear, "{", `{"TimeoutSeconds": 60, `, 1)), "x", `{}`)
	w.wantEnd(arn, "TIMED_OUT")
}

// What was due while the engine was down is done at once when it is up again.
func TestTimersSurviveARestart(t *testing.T) {
	w := newWorldAt(t, time.Unix(1_700_000_000, 0))
	machine := w.create("m", `{"StartAt": "W", "States": {"W": {"Type": "Wait", "SecondsPath": "$", "End": true}}}`)
	early, late := w.run(machine, "early", `100`), w.run(machine, "late", `1000`)
	w.restart(func() { w.fakeClock.Advance(500 * time.Second) })
	w.fakeClock.Advance(0)
	w.wantEnd(early, "SUCCEEDED 100")
	if x, err := w.DescribeExecution(t.Context(), late); err != nil || x.Status != engine.Running {
		t.Fatalf("late: %s, %v", x.Status, err)
	}
	w.fakeClock.Advance(500 * time.Second)
	w.wantEnd(late, "SUCCEEDED 1000")
}

func TestClockSetBack(t *testing.T) {
	w := newWorldAt(t, time.Unix(1_700_000_000, 0))
	release := make(chan struct{})
	w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) { <-release; return []byte(`1`), nil })
	arn := w.run(w.create("m", chain(1)), "x", `{}`)
	w.fakeClock.Advance(-time.Hour)
	close(release)
	w.ended(arn)
	events, err := w.History(t.Context(), arn)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(events); i++ {
		if events[i].At.Before(events[i-1].At) {
			t.Errorf("event %d is before event %d: %s, %s", i+1, i, events[i].At, events[i-1].At)
		}
	}
}

func TestManyTimers(t *testing.T) {
	w := newDrivenWorld(t)
	machine := w.create("m", `{"StartAt": "W", "States": {"W": {"Type": "Wait", "SecondsPath": "$", "End": true}}}`)
	var arns []string
	for i := range 500 {
		seconds, _ := json.Marshal((i * 7919) % 3600)
		arns = append(arns, w.run(machine, "", string(seconds)))
	}
	for _, arn := range arns {
		if x := w.ended(arn); x.Status != engine.Succeeded {
			t.Errorf("%s ended %s", arn, x.Status)
		}
	}
}
