package async_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// errand is work whose payload is its body in lower case; "bad" is not accepted.
type errand struct{}

func (errand) Accept(body []byte) (json.RawMessage, []api.FieldError) {
	if string(body) == `"bad"` {
		return nil, []api.FieldError{{Pointer: "", Detail: "is bad"}}
	}
	return json.RawMessage(strings.ToLower(string(body))), nil
}

func (errand) Words(e async.Event, last async.State) async.Words {
	if e == async.Received {
		return async.Words{CustomStatus: "Received", Message: "Received."}
	}
	return async.Words{CustomStatus: last.CustomStatus, Message: string(e) + "."}
}

func (errand) Remaining(string) time.Duration { return 0 }

// world is a Service with fakes around it.
type world struct {
	*async.Service
	store     *asynctest.Store
	workflows *asynctest.Workflows
	faults    *asynctest.Faults
	clock     *asynctest.Clock
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{store: &asynctest.Store{}, workflows: &asynctest.Workflows{}, faults: &asynctest.Faults{}, clock: asynctest.NewClock(start)}
	var err error
	w.Service, err = async.New(async.Config{
		Store:     asynctest.FaultyStore{Store: w.store, Faults: w.faults},
		Workflows: asynctest.FaultyWorkflows{Workflows: w.workflows, Faults: w.faults},
		Work:      errand{}, Clock: w.clock, WithTimeout: asynctest.WithTimeout,
		Lifetime: time.Hour, Retention: 24 * time.Hour, MaxWait: 10 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// put stores a submission in the given state.
func (w *world) put(s async.State) string {
	id := async.NewID()
	w.store.Put(async.Record{
		ID: id, State: s, Created: start, Updated: start,
		Deadline: start.Add(time.Hour), Expires: start.Add(24 * time.Hour),
	})
	return id
}

func (w *world) state(t *testing.T, id string) async.State {
	t.Helper()
	r, err := w.store.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r.State
}
