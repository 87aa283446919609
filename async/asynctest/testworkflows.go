package asynctest

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// Executions is how TestWorkflows gets executions to where a test needs them.
// Both methods may return before it is so.
type Executions interface {
	// End makes the running execution named id end: Succeeded, Failed,
	// Failed with TimedOut, or Canceled. Redrive is not looked at.
	End(t *testing.T, id string, x async.Execution)
	// Redrive reopens the execution named id, which has failed.
	Redrive(t *testing.T, id string)
}

// WaitingExecutions are Executions whose one task can wait for an answer by its
// token. The execution succeeds with its answer and fails with its failure.
type WaitingExecutions interface {
	Executions
	// Waiting starts an execution with w, and returns its id and the token of
	// the task that it waits in.
	Waiting(t *testing.T, w async.Workflows) (id, token string)
}

// patience bounds the wait for what the service does in its own time.
const patience = 20 * time.Second

// TestWorkflows runs the conformance suite of async.Workflows. The tests of
// Complete, Fail and Heartbeat are complete only with WaitingExecutions.
func TestWorkflows(t *testing.T, w async.Workflows, x Executions) {
	t.Run("outcome of nothing", func(t *testing.T) { outcomeOfNothing(t, w) })
	t.Run("start twice", func(t *testing.T) { startTwice(t, w) })
	t.Run("start races", func(t *testing.T) { startRaces(t, w) })
	t.Run("canceled context", func(t *testing.T) { canceledStart(t, w) })
	for name, end := range map[string]async.Execution{
		"succeeded": {Status: api.Succeeded},
		"failed":    {Status: api.Failed},
		"timed out": {Status: api.Failed, TimedOut: true},
		"aborted":   {Status: api.Canceled},
	} {
		t.Run(name, func(t *testing.T) { startAfterEnd(t, w, x, end) })
	}
	t.Run("redrive", func(t *testing.T) { redrive(t, w, x) })
	t.Run("stop", func(t *testing.T) { stop(t, w, x) })
	t.Run("stop races", func(t *testing.T) { stopRaces(t, w) })
	t.Run("no such token", func(t *testing.T) { wantNoTask(t, w, "no-such-token") })
	if waits, ok := x.(WaitingExecutions); ok {
		t.Run("complete", func(t *testing.T) { completes(t, w, waits) })
		t.Run("fail", func(t *testing.T) { fails(t, w, waits) })
		t.Run("complete races", func(t *testing.T) { completeRaces(t, w, waits) })
		t.Run("stop while waiting", func(t *testing.T) { stopWaiting(t, w, waits) })
	}
}

func started(t *testing.T, w async.Workflows) (id string) {
	t.Helper()
	id = rand.Text()
	start(t, w, id, `{"id":"`+id+`"}`)
	return id
}

func start(t *testing.T, w async.Workflows, id, input string) {
	t.Helper()
	if err := w.Start(t.Context(), id, []byte(input)); err != nil {
		t.Fatalf("start: %v", err)
	}
}

// wantExecution waits until the execution stands as it should.
func wantExecution(t *testing.T, w async.Workflows, id string, want async.Execution) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		got, err := w.Outcome(t.Context(), id)
		if err == nil && got == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("outcome is %+v, %v; want %+v", got, err, want)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func outcomeOfNothing(t *testing.T, w async.Workflows) {
	_, err := w.Outcome(t.Context(), rand.Text())
	wantErr(t, err, async.ErrNotFound)
}

func startTwice(t *testing.T, w async.Workflows) {
	id := started(t, w)
	wantExecution(t, w, id, async.Execution{Status: api.Running})
	start(t, w, id, `{"id":"`+id+`"}`)
	start(t, w, id, `{"another":"input"}`)
	wantExecution(t, w, id, async.Execution{Status: api.Running})
}

func startRaces(t *testing.T, w async.Workflows) {
	id := rand.Text()
	var all sync.WaitGroup
	for range racers {
		all.Go(func() {
			if err := w.Start(t.Context(), id, []byte(`{}`)); err != nil {
				t.Errorf("start: %v", err)
			}
		})
	}
	all.Wait()
	wantExecution(t, w, id, async.Execution{Status: api.Running})
}

func canceledStart(t *testing.T, w async.Workflows) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	id, running := rand.Text(), started(t, w)
	calls := map[string]func() error{
		"start":     func() error { return w.Start(ctx, id, []byte(`{}`)) },
		"outcome":   func() error { _, err := w.Outcome(ctx, id); return err },
		"stop":      func() error { return w.Stop(ctx, running) },
		"complete":  func() error { return w.Complete(ctx, "token", []byte(`{}`)) },
		"fail":      func() error { return w.Fail(ctx, "token", "Name") },
		"heartbeat": func() error { return w.Heartbeat(ctx, "token") },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context.Canceled", name, err)
		}
	}
	_, err := w.Outcome(t.Context(), id)
	wantErr(t, err, async.ErrNotFound)
	wantExecution(t, w, running, async.Execution{Status: api.Running})
}

func startAfterEnd(t *testing.T, w async.Workflows, x Executions, end async.Execution) {
	id := started(t, w)
	x.End(t, id, end)
	wantExecution(t, w, id, end)
	start(t, w, id, `{"id":"`+id+`"}`)
	start(t, w, id, `{"another":"input"}`)
	wantExecution(t, w, id, end)
	wantErr(t, w.Stop(t.Context(), id), nil)
	wantExecution(t, w, id, end)
}

func redrive(t *testing.T, w async.Workflows, x Executions) {
	id := started(t, w)
	x.End(t, id, async.Execution{Status: api.Failed})
	wantExecution(t, w, id, async.Execution{Status: api.Failed})
	x.Redrive(t, id)
	wantExecution(t, w, id, async.Execution{Status: api.Running, Redrive: 1})
	x.End(t, id, async.Execution{Status: api.Succeeded})
	wantExecution(t, w, id, async.Execution{Status: api.Succeeded, Redrive: 1})
}

func stop(t *testing.T, w async.Workflows, x Executions) {
	wantErr(t, w.Stop(t.Context(), rand.Text()), nil)
	id := started(t, w)
	for range 2 {
		wantErr(t, w.Stop(t.Context(), id), nil)
		wantExecution(t, w, id, async.Execution{Status: api.Canceled})
	}
	start(t, w, id, `{}`)
	wantExecution(t, w, id, async.Execution{Status: api.Canceled})

	redriven := started(t, w)
	x.End(t, redriven, async.Execution{Status: api.Failed})
	wantExecution(t, w, redriven, async.Execution{Status: api.Failed})
	x.Redrive(t, redriven)
	wantExecution(t, w, redriven, async.Execution{Status: api.Running, Redrive: 1})
	wantErr(t, w.Stop(t.Context(), redriven), nil)
	wantExecution(t, w, redriven, async.Execution{Status: api.Canceled, Redrive: 1})
}

func stopRaces(t *testing.T, w async.Workflows) {
	id := started(t, w)
	var all sync.WaitGroup
	for range racers {
		all.Go(func() {
			if err := w.Stop(t.Context(), id); err != nil {
				t.Errorf("stop: %v", err)
			}
		})
	}
	all.Wait()
	wantExecution(t, w, id, async.Execution{Status: api.Canceled})
}

// wantNoTask shows that no task waits with the token.
func wantNoTask(t *testing.T, w async.Workflows, token string) {
	t.Helper()
	wantErr(t, w.Complete(t.Context(), token, []byte(`{}`)), async.ErrNotFound)
	wantErr(t, w.Fail(t.Context(), token, "Refused"), async.ErrNotFound)
	wantErr(t, w.Heartbeat(t.Context(), token), async.ErrNotFound)
}

func completes(t *testing.T, w async.Workflows, x WaitingExecutions) {
	id, token := x.Waiting(t, w)
	for range 2 {
		wantErr(t, w.Heartbeat(t.Context(), token), nil)
	}
	wantExecution(t, w, id, async.Execution{Status: api.Running})
	wantErr(t, w.Complete(t.Context(), token, []byte(`{"id":"x"}`)), nil)
	wantExecution(t, w, id, async.Execution{Status: api.Succeeded})
	wantNoTask(t, w, token)
}

func fails(t *testing.T, w async.Workflows, x WaitingExecutions) {
	id, token := x.Waiting(t, w)
	wantErr(t, w.Fail(t.Context(), token, "Activity.Overtaken"), nil)
	wantExecution(t, w, id, async.Execution{Status: api.Failed})
	wantNoTask(t, w, token)
}

func completeRaces(t *testing.T, w async.Workflows, x WaitingExecutions) {
	id, token := x.Waiting(t, w)
	race(t, func(int) (bool, error) {
		return wins(w.Complete(t.Context(), token, []byte(`{}`)), async.ErrNotFound)
	})
	wantExecution(t, w, id, async.Execution{Status: api.Succeeded})
}

func stopWaiting(t *testing.T, w async.Workflows, x WaitingExecutions) {
	id, token := x.Waiting(t, w)
	wantErr(t, w.Stop(t.Context(), id), nil)
	wantExecution(t, w, id, async.Execution{Status: api.Canceled})
	wantNoTask(t, w, token)
}
