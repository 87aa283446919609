package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
)

const waitAYear = `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 31000000, "End": true}}}`

func TestAYearPassesInAMoment(t *testing.T) {
	w := newDrivenFixture(t)
	x := w.ended(w.run(w.create("m", waitAYear), "x", `7`))
	if took := x.Stopped.Sub(x.Started).Round(time.Second); x.Status != engine.Succeeded || took != 31000000*time.Second {
		t.Errorf("ended %s after %s", x.Status, took)
	}
}

func TestRetryWaitsAndGivesUp(t *testing.T) {
	w := newDrivenFixture(t)
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
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	entered, canceled := make(chan struct{}), make(chan struct{})
	w.invoker.Handle(function+"f", func(ctx context.Context, _ []byte) ([]byte, error) {
		close(entered)
		<-ctx.Done()
		close(canceled)
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
	<-canceled
}

func TestExecutionTimeout(t *testing.T) {
	w := newDrivenFixture(t)
	arn := w.run(w.create("m", strings.Replace(waitAYear, "{", `{"TimeoutSeconds": 60, `, 1)), "x", `{}`)
	w.wantEnd(arn, "TIMED_OUT")
}

// What was due while the engine was down is done at once when it is up again.
func TestTimersSurviveARestart(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
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
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
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

// A clock that was fast for a moment makes no Wait longer, and no history runs
// backwards.
func TestClockFastForAMoment(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	answer := make(chan struct{})
	w.invoker.Handle(function+"f", func(context.Context, []byte) ([]byte, error) { <-answer; return []byte(`1`), nil })
	task := `{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "` + function + `f", "Next": "W"}, `
	wait := `"%s": {"Type": "Wait", "Seconds": 60, %s}`
	waits := w.create("waits", task+fmt.Sprintf(wait, "W", `"Next": "V"`)+", "+fmt.Sprintf(wait, "V", `"End": true`)+`}}`)
	until := w.create("until", task+`"W": {"Type": "Wait", "Timestamp": "2023-11-15T00:43:20Z", "End": true}}}`)
	arn, late := w.run(waits, "x", `{}`), w.run(until, "x", `{}`)
	w.fakeClock.Advance(2 * time.Hour)
	close(answer)
	entered := func(arn string, states int) func() bool {
		return func() bool { return strings.Count(w.types(arn), "WaitStateEntered") == states }
	}
	w.eventually("the first Wait", entered(arn, 1))
	w.eventually("the Wait for a time of day", entered(late, 1))
	w.fakeClock.Advance(-2 * time.Hour)
	w.eventually("something that looks at the clock", entered(w.run(waits, "y", `{}`), 1))
	w.fakeClock.Advance(61 * time.Second)
	w.eventually("the second Wait", entered(arn, 2))
	w.restart(func() {})
	w.fakeClock.Advance(60 * time.Second)
	if x := w.ended(arn); x.Status != engine.Succeeded || x.Stopped.Before(x.Started) {
		t.Errorf("%s from %s to %s", x.Status, x.Started, x.Stopped)
	}
	events, err := w.History(t.Context(), arn)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(events); i++ {
		if events[i].At.Before(events[i-1].At) {
			t.Errorf("event %d is before event %d: %s, %s", i+1, i, events[i].At, events[i-1].At)
		}
	}
	if x, err := w.DescribeExecution(t.Context(), late); err != nil || x.Status != engine.Running {
		t.Errorf("the Wait for a time that has not come: %s, %v", x.Status, err)
	}
	w.fakeClock.Advance(150 * time.Minute)
	w.wantEnd(late, "SUCCEEDED 1")
}

// A clock that was fast while the engine went down makes no Wait longer.
func TestClockFastBeforeARestart(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	arn := w.run(w.create("m", `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": true}}}`), "x", `1`)
	w.restart(func() { w.fakeClock.Advance(-24 * time.Hour) })
	w.fakeClock.Advance(time.Minute)
	w.wantEnd(arn, "SUCCEEDED 1")
}

// jumpingClock shows the time of another clock and a difference.
type jumpingClock struct{ by atomic.Int64 }

func (c *jumpingClock) Now() time.Time { return time.Now().Add(time.Duration(c.by.Load())) }

// AfterFunc waits for a time of day, as a clock may do that knows no other.
func (c *jumpingClock) AfterFunc(d time.Duration, f func()) func() {
	at := c.Now().Add(d)
	stopped, stop := context.WithCancel(context.Background())
	go func() {
		for c.Now().Before(at) {
			select {
			case <-stopped.Done():
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
		f()
	}()
	return stop
}

// That the clock is set back is noticed while nothing else happens.
func TestClockSetBackWhileNothingHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := &jumpingClock{}
		e := engine.New(engine.Config{Journal: enginetest.NewJournal(), Invoker: &enginetest.Invoker{}, Clock: clock})
		if err := e.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		defer e.Close(context.Background())
		m, err := e.CreateStateMachine(t.Context(), engine.NewStateMachine{Name: "m", Revision: engine.Revision{
			RoleARN: "arn:aws:iam::123456789012:role/r", Definition: `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 60, "End": true}}}`}})
		if err != nil {
			t.Fatal(err)
		}
		clock.by.Store(int64(time.Hour))
		s, err := e.StartExecution(t.Context(), engine.StartExecution{MachineARN: m.ARN, Input: json.RawMessage(`{}`)})
		if err != nil {
			t.Fatal(err)
		}
		clock.by.Store(0)
		time.Sleep(65 * time.Second)
		synctest.Wait()
		if x, err := e.DescribeExecution(t.Context(), s.ARN); err != nil || x.Status != engine.Succeeded {
			t.Errorf("a Wait of 60 s is %s after 65, %v", x.Status, err)
		}
	})
}

func TestManyTimers(t *testing.T) {
	w := newDrivenFixture(t)
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
