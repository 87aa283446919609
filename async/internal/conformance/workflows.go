package conformance

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

// Executions is how the suite of async.Workflows gets executions to where a
// test needs them. Both methods may return before it is so.
type Executions interface {
	// End makes the running execution named id end: Succeeded, Failed,
	// Failed with TimedOut, or Canceled. Redrive is not looked at.
	End(t *testing.T, id string, o async.Outcome)
	// Redrive reopens the execution named id, which has failed.
	Redrive(t *testing.T, id string)
}

// patience bounds the wait for what the service does in its own time.
const patience = 20 * time.Second

var ends = map[string]async.Outcome{
	"succeeded": {Status: api.Succeeded},
	"failed":    {Status: api.Failed},
	"timed out": {Status: api.Failed, TimedOut: true},
	"aborted":   {Status: api.Canceled},
}

// Workflows runs the suite of async.Workflows.
func Workflows(t *testing.T, w async.Workflows, x Executions) {
	t.Run("outcome of nothing", func(t *testing.T) { outcomeOfNothing(t, w) })
	t.Run("start twice", func(t *testing.T) { startTwice(t, w) })
	t.Run("start races", func(t *testing.T) { startRaces(t, w) })
	t.Run("cancelled context", func(t *testing.T) { cancelledStart(t, w) })
	for name, end := range ends {
		t.Run(name, func(t *testing.T) { startAfterEnd(t, w, x, end) })
	}
	t.Run("redrive", func(t *testing.T) { redrive(t, w, x) })
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

// wantOutcome waits until the execution stands as it should.
func wantOutcome(t *testing.T, w async.Workflows, id string, want async.Outcome) {
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
	wantOutcome(t, w, id, async.Outcome{Status: api.Running})
	start(t, w, id, `{"id":"`+id+`"}`)
	start(t, w, id, `{"another":"input"}`)
	wantOutcome(t, w, id, async.Outcome{Status: api.Running})
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
	wantOutcome(t, w, id, async.Outcome{Status: api.Running})
}

func cancelledStart(t *testing.T, w async.Workflows) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	id := rand.Text()
	if err := w.Start(ctx, id, []byte(`{}`)); !errors.Is(err, context.Canceled) {
		t.Errorf("start: got %v, want context.Canceled", err)
	}
	if _, err := w.Outcome(ctx, id); !errors.Is(err, context.Canceled) {
		t.Errorf("outcome: got %v, want context.Canceled", err)
	}
	_, err := w.Outcome(t.Context(), id)
	wantErr(t, err, async.ErrNotFound)
}

func startAfterEnd(t *testing.T, w async.Workflows, x Executions, end async.Outcome) {
	id := started(t, w)
	x.End(t, id, end)
	wantOutcome(t, w, id, end)
	start(t, w, id, `{"id":"`+id+`"}`)
	start(t, w, id, `{"another":"input"}`)
	wantOutcome(t, w, id, end)
}

func redrive(t *testing.T, w async.Workflows, x Executions) {
	id := started(t, w)
	x.End(t, id, async.Outcome{Status: api.Failed})
	wantOutcome(t, w, id, async.Outcome{Status: api.Failed})
	x.Redrive(t, id)
	wantOutcome(t, w, id, async.Outcome{Status: api.Running, Redrive: 1})
	x.End(t, id, async.Outcome{Status: api.Succeeded})
	wantOutcome(t, w, id, async.Outcome{Status: api.Succeeded, Redrive: 1})
}
