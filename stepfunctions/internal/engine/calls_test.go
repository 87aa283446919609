package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// busy counts the calls of functions that run until they are released.
type busy struct {
	mu      sync.Mutex
	running map[string]int
	most    map[string]int // and under "" that of all of them together
	release chan struct{}
}

func newBusy() *busy {
	return &busy{running: map[string]int{}, most: map[string]int{}, release: make(chan struct{})}
}

func (b *busy) count(name string, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, name := range []string{name, ""} {
		b.running[name] += n
		b.most[name] = max(b.most[name], b.running[name])
	}
}

func (b *busy) now(name string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.running[name]
}

func (b *busy) call(ctx context.Context, function string, payload []byte) ([]byte, error) {
	name := function[strings.LastIndexByte(function, ':')+1:]
	b.count(name, 1)
	defer b.count(name, -1)
	select {
	case <-b.release:
		return payload, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// oneTask returns a definition of one call of a function.
func oneTask(name, more string) string {
	return `{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "` + function + name + `", ` + more + `"End": true}}}`
}

// limited starts an engine that calls at most so many functions at a time.
func (w *fixture) limited(calls int) *busy {
	w.Helper()
	w.stop()
	w.Engine = engine.New(engine.Config{Journal: w.journal, Invoker: w.invoker, Clock: w.clock, MaxInvocations: calls})
	if err := w.Start(w.Context()); err != nil {
		w.Fatal(err)
	}
	b := newBusy()
	w.invoker.Default = b.call
	return b
}

// A function gets half of the places that the others leave, so that each of
// several that hang leaves the next one some.
func TestInvocationsAreBoundedAndShared(t *testing.T) {
	w := newFixture(t)
	b := w.limited(8)
	var arns []string
	for i, name := range []string{"f", "g", "h", "i"} {
		machine := w.create(name, oneTask(name, ""))
		for range 20 {
			arns = append(arns, w.run(machine, "", `1`))
		}
		want := []int{4, 2, 1, 1}[i]
		w.eventually("the share of "+name, func() bool { return b.now(name) == want })
	}
	close(b.release)
	for _, arn := range arns {
		w.wantEnd(arn, "SUCCEEDED 1")
	}
	if b.most[""] != 8 || b.most["f"] > 4+1 || b.most["g"] > 4+1 {
		t.Errorf("at most %v ran at a time", b.most)
	}
}

// A function that hangs does not keep another from being called, and a call
// that waits has no event that it was made.
func TestAFunctionThatHangsStarvesNoOther(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	b := w.limited(4)
	defer close(b.release)
	w.invoker.Handle(function+"hang", func(context.Context, []byte) ([]byte, error) {
		b.count("hang", 1)
		<-b.release // whatever its caller does
		return nil, context.Canceled
	})
	hang := w.create("hang", oneTask("hang", `"TimeoutSeconds": 60, `))
	var arns []string
	for range 10 {
		arns = append(arns, w.run(hang, "", `{}`))
	}
	w.eventually("the share of a function", func() bool { return b.now("hang") == 2 })
	w.invoker.Handle(function+"good", func(_ context.Context, payload []byte) ([]byte, error) { return payload, nil })
	w.wantEnd(w.run(w.create("good", oneTask("good", "")), "x", `7`), "SUCCEEDED 7")
	called := 0
	for _, arn := range arns {
		if strings.Contains(w.types(arn), "LambdaFunctionStarted") {
			called++
		}
	}
	if called != 2 {
		t.Errorf("%d of 10 calls have started, want the 2 that were made", called)
	}
	w.fakeClock.Advance(time.Minute)
	starved := 0
	for _, arn := range arns {
		w.wantEnd(arn, "FAILED States.Timeout")
		if strings.HasSuffix(w.types(arn), "LambdaFunctionScheduled LambdaFunctionTimedOut ExecutionFailed") {
			starved++
		}
	}
	if starved != 8 {
		t.Errorf("%d of 10 calls timed out before they were made, want 8", starved)
	}
}

// Lambda lets no function run for more than 900 seconds.
func TestNoCallTakesLongerThanLambdaAllows(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	b := w.limited(4)
	arn := w.run(w.create("m", oneTask("f", "")), "x", `{}`)
	w.eventually("the call", func() bool { return b.now("f") == 1 })
	w.fakeClock.Advance(899 * time.Second)
	if x, err := w.DescribeExecution(t.Context(), arn); err != nil || x.Status != engine.Running {
		t.Fatalf("after 899 s: %s, %v", x.Status, err)
	}
	w.fakeClock.Advance(time.Second)
	w.wantEnd(arn, `FAILED Sandbox.Timedout: {"errorType":"Sandbox.Timedout","errorMessage":"Task timed out after 900.00 seconds"}`)
}

// Each call has its own time, whenever the others began and ended.
func TestEachCallHasItsOwnTime(t *testing.T) {
	const tooLong = `FAILED Sandbox.Timedout: {"errorType":"Sandbox.Timedout","errorMessage":"Task timed out after 900.00 seconds"}`
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	b := w.limited(8)
	var arns []string
	call := func(function string) {
		t.Helper()
		arns = append(arns, w.run(w.create(function, oneTask(function, "")), "x", `{}`))
		w.eventually("the call", func() bool { return b.now(function) == 1 })
	}
	for _, function := range []string{"f", "g", "h"} {
		call(function)
		w.fakeClock.Advance(200 * time.Second)
	}
	if _, err := w.StopExecution(t.Context(), arns[0], "", ""); err != nil { // the first of those that wait
		t.Fatal(err)
	}
	w.fakeClock.Advance(500*time.Second - time.Second) // 1,099 s after the first
	if x, err := w.DescribeExecution(t.Context(), arns[1]); err != nil || x.Status != engine.Running {
		t.Fatalf("after 899 s: %s, %v", x.Status, err)
	}
	w.fakeClock.Advance(time.Second)
	w.wantEnd(arns[1], tooLong)
	if x, err := w.DescribeExecution(t.Context(), arns[2]); err != nil || x.Status != engine.Running {
		t.Fatalf("after 700 s: %s, %v", x.Status, err)
	}
	call("i")
	w.fakeClock.Advance(200 * time.Second)
	w.wantEnd(arns[2], tooLong)
	w.fakeClock.Advance(700 * time.Second)
	w.wantEnd(arns[3], tooLong)
}

// types returns the types of an execution's events.
func (w *fixture) types(arn string) string {
	w.Helper()
	events, err := w.History(w.Context(), arn)
	if err != nil {
		w.Fatal(err)
	}
	var types []string
	for _, e := range events {
		types = append(types, e.Type)
	}
	return strings.Join(types, " ")
}

// A TestState whose caller has left gives the caller's error, and no result.
func TestStateEndsWithItsCaller(t *testing.T) {
	w := newFixture(t)
	m, err := asl.Parse([]byte(`{"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"a.$":"$..*"},"End":true}}}`))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	with := interp.TestStateInput{Input: json.RawMessage(`{}`)}
	if r, err := w.TestState(ctx, m, m.State("P"), with); err != nil || r.Status != interp.StatusSucceeded {
		t.Fatalf("%+v, %v", r, err)
	}
	cancel()
	if r, err := w.TestState(ctx, m, m.State("P"), with); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v, want the context's error", r, err)
	}
}
