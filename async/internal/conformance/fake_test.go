package conformance_test

import (
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/conformance"
)

// The fakes that other tests stand on keep the same promises as the adapters.
func TestFakeStore(t *testing.T) {
	conformance.Store(t, func(*testing.T) async.Store { return &asynctest.Store{} })
}

func TestFakeWorkflows(t *testing.T) {
	w := &asynctest.Workflows{}
	conformance.Workflows(t, w, fakeExecutions{w})
}

type fakeExecutions struct{ w *asynctest.Workflows }

func (x fakeExecutions) End(t *testing.T, id string, end async.Outcome) {
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
	x.w.Set(id, async.Outcome{Status: api.Running, Redrive: now.Redrive + 1})
}
