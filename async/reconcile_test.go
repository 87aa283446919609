package async_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

func TestReconcile(t *testing.T) {
	running := async.State{Status: api.Running, CustomStatus: "Two", Rank: 2}
	done := async.State{Status: api.Succeeded, CustomStatus: "Done", Rank: 4}
	failed := func(code string, redrive int) async.State {
		return async.State{
			Status: api.Failed, CustomStatus: "Two", Message: code + ".", Error: &api.Error{Code: code, Message: code + "."},
			Redrive: redrive, Rank: async.RankEnded,
		}
	}
	reopened := async.State{Status: api.Running, CustomStatus: "Two", Message: "Reopened.", Redrive: 1}
	canceled := async.State{
		Status: api.Canceled, CustomStatus: "Two", Message: "GivenUp.", Rank: async.RankEnded,
	}
	at := func(s async.State, redrive int) async.State { s.Redrive = redrive; return s }
	tests := []struct {
		name    string
		stored  async.State
		outcome async.Outcome
		want    async.State
	}{
		{"running", running, async.Outcome{Status: api.Running}, running},
		{"timed out", running, async.Outcome{Status: api.Failed, TimedOut: true}, failed(api.CodeTimedOut, 0)},
		{"broke off", running, async.Outcome{Status: api.Failed}, failed(api.CodeProcessFailed, 0)},
		{"given up", running, async.Outcome{Status: api.Canceled}, canceled},
		{"succeeded and told nobody", running, async.Outcome{Status: api.Succeeded}, failed(api.CodeProcessLost, 0)},
		{"succeeded and told", done, async.Outcome{Status: api.Succeeded}, done},
		{"failed after its result", done, async.Outcome{Status: api.Failed}, done},
		{"redriven after its result", done, async.Outcome{Status: api.Running, Redrive: 1}, done},
		{"failed and told", failed("Own", 0), async.Outcome{Status: api.Failed}, failed("Own", 0)},
		{"redriven", failed("Own", 0), async.Outcome{Status: api.Running, Redrive: 1}, reopened},
		{"redriven before its end was recorded", running, async.Outcome{Status: api.Running, Redrive: 1}, reopened},
		{"redriven and recorded", at(running, 1), async.Outcome{Status: api.Running, Redrive: 1}, at(running, 1)},
		{"failed again", at(running, 1), async.Outcome{Status: api.Failed, Redrive: 1}, failed(api.CodeProcessFailed, 1)},
		{"failed again, unseen between", failed("Own", 0), async.Outcome{Status: api.Failed, Redrive: 1}, failed(api.CodeProcessFailed, 1)},
		{"an answer of the past", at(running, 1), async.Outcome{Status: api.Failed}, at(running, 1)},
		{"unknown, but young", running, async.Outcome{}, running},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			id := w.put(tt.stored)
			if tt.outcome.Status != "" {
				w.workflows.Set(id, tt.outcome)
			}
			for range 2 { // notifications come more than once
				if err := w.Reconcile(t.Context(), id); err != nil {
					t.Fatal(err)
				}
				if got := w.state(t, id); !same(got, tt.want) {
					t.Fatalf("got %+v, want %+v", got, tt.want)
				}
			}
		})
	}
}

func same(a, b async.State) bool {
	errorsSame := a.Error == b.Error || a.Error != nil && b.Error != nil && *a.Error == *b.Error
	a.Error, b.Error = nil, nil
	return errorsSame && a == b
}

// A reopened submission has time again, and takes the states of its stages.
func TestReconcileReopens(t *testing.T) {
	w := newWorld(t)
	id := w.put(async.State{Status: api.Failed, CustomStatus: "Two", Rank: async.RankEnded})
	w.clock.Advance(5 * time.Hour)
	w.workflows.Set(id, async.Outcome{Status: api.Running, Redrive: 1})
	if err := w.Reconcile(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	again := async.State{Status: api.Running, CustomStatus: "Two", Redrive: 1, Rank: 2}
	if _, err := w.store.Advance(t.Context(), id, async.Change{State: &again, At: w.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	r, err := w.store.Get(t.Context(), id)
	if err != nil || !r.Deadline.Equal(start.Add(6*time.Hour)) {
		t.Errorf("deadline %v, %v", r.Deadline, err)
	}
}

// What the work itself writes while Workflows is asked stands.
func TestReconcileMeetsTheEnd(t *testing.T) {
	w := newWorld(t)
	id := w.put(async.State{Status: api.Running, CustomStatus: "Two", Rank: 2})
	w.workflows.Set(id, async.Outcome{Status: api.Failed, TimedOut: true})
	done := async.State{Status: api.Succeeded, CustomStatus: "Done", Rank: 4}
	w.faults.Once("Workflows.Outcome", func(ctx context.Context, call func(context.Context) error) error {
		if _, err := w.store.Advance(ctx, id, async.Change{State: &done, At: start}); err != nil {
			return err
		}
		return call(ctx)
	})
	if err := w.Reconcile(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if got := w.state(t, id); got != done {
		t.Errorf("got %+v", got)
	}
}

func TestReconcileWithoutRecord(t *testing.T) {
	if err := newWorld(t).Reconcile(t.Context(), async.NewID()); err != nil {
		t.Error(err)
	}
}

func TestReconcileFails(t *testing.T) {
	for _, op := range []string{"Store.Get", "Workflows.Outcome", "Store.Advance"} {
		w := newWorld(t)
		id := w.put(async.State{Status: api.Running, Rank: 1})
		w.workflows.Set(id, async.Outcome{Status: api.Failed})
		w.faults.Always(op, asynctest.Refuse)
		err := w.Reconcile(t.Context(), id)
		var f *async.Failure
		if !errors.As(err, &f) || f.Op != op || f.Code != api.CodeUnavailable || !errors.Is(err, asynctest.ErrDown) {
			t.Errorf("%s: %v", op, err)
		}
	}
}

// An execution that outlives its time is asked about now and then, not on
// every poll.
func TestOverdueIsAskedSparingly(t *testing.T) {
	w := newWorld(t)
	id := w.put(async.State{Status: api.Running, CustomStatus: "Two", Rank: 2})
	w.workflows.Set(id, async.Outcome{Status: api.Running})
	w.clock.Advance(2 * time.Hour)
	for range 60 {
		if _, err := w.Status(t.Context(), id, 0); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(10 * time.Second)
	}
	if asked := w.workflows.Asked(); asked != 2 {
		t.Errorf("asked %d times in 10 minutes, want 2", asked)
	}
}
