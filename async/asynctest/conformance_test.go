package asynctest

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// The fakes are what they stand in for, and keep the same promises as the adapters.
var (
	_ async.Store     = (*Store)(nil)
	_ async.Store     = FaultyStore{}
	_ async.Workflows = (*Workflows)(nil)
	_ async.Workflows = FaultyWorkflows{}
	_ async.Results   = (*Results)(nil)

	_ async.Completions = FaultyStore{}
)

func TestFakeStore(t *testing.T) {
	TestStore(t, func(*testing.T) async.Store { return &Store{} })
	s := &Store{}
	TestStore(t, func(*testing.T) async.Store { return s })
}

func TestFaultyFakeStore(t *testing.T) {
	TestStore(t, func(*testing.T) async.Store { return FaultyStore{&Store{}, &Faults{}} })
}

func TestFakeCompletions(t *testing.T) {
	newStore := func(now func() time.Time) CompletionsStore { return &Store{now: now} }
	TestCompletions(t, newStore)
	rapid.Check(t, func(r *rapid.T) {
		FollowEnds(r, newStore, rapid.Uint64().Draw(r, "seed"), rapid.IntRange(0, 100).Draw(r, "steps"))
	})
}

func TestFakeResults(t *testing.T) {
	TestResults(t, func(*testing.T) async.Results { return &Results{} })
}

func TestFakeWorkflows(t *testing.T) {
	w := &Workflows{}
	TestWorkflows(t, endingWorkflows{w, FaultyWorkflows{w, &Faults{}}}, fakeExecutions{w})
}

// endingWorkflows ends an execution with the answer to its one task.
type endingWorkflows struct {
	w *Workflows
	async.Workflows
}

func (e endingWorkflows) Complete(ctx context.Context, token string, output []byte) error {
	id := e.w.waitsFor(token)
	err := e.Workflows.Complete(ctx, token, output)
	if err == nil {
		e.w.Set(id, async.Execution{Status: api.Succeeded})
	}
	return err
}

func (e endingWorkflows) Fail(ctx context.Context, token, name string) error {
	id := e.w.waitsFor(token)
	err := e.Workflows.Fail(ctx, token, name)
	if err == nil {
		e.w.Set(id, async.Execution{Status: api.Failed})
	}
	return err
}

type fakeExecutions struct{ w *Workflows }

func (x fakeExecutions) End(t *testing.T, id string, end async.Execution) {
	now, err := x.w.Outcome(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	end.Redrive = now.Redrive
	x.w.Set(id, end)
}

func (x fakeExecutions) Redrive(t *testing.T, id string) {
	now, err := x.w.Outcome(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	x.w.Set(id, async.Execution{Status: api.Running, Redrive: now.Redrive + 1})
}

func (x fakeExecutions) Waiting(t *testing.T, w async.Workflows) (id, token string) {
	id, token = started(t, w), rand.Text()
	x.w.Wait(id, token)
	return id, token
}

// waitsFor returns the id of the execution whose task waits with the token.
func (w *Workflows) waitsFor(token string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.waiting[token]
}
