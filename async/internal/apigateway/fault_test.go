package apigateway_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

var faults = []faultCase{
	{"refuses", asynctest.Refuse, 503},
	{"loses the answer", asynctest.LoseAnswer, 503},
	{"hangs", asynctest.Hang, 503},
	{"throttles", asynctest.Throttle, 429},
}

type faultCase struct {
	name   string
	fault  asynctest.Fault
	status int
}

// eachFault runs a test with every kind of fault.
func eachFault(t *testing.T, op string, test func(w *fixture, f faultCase)) {
	for _, f := range faults {
		runInBubble(t, op+" "+f.name, func(t *testing.T) { test(newFixture(t, nil), f) })
	}
}

const lease = 31 * time.Second

// complete repeats a request until the key is free again, and returns the id.
func (w *fixture) complete(r request) string {
	w.t.Helper()
	again := w.do(r)
	if again.StatusCode == http.StatusConflict {
		time.Sleep(lease)
		again = w.do(r)
	}
	if again.StatusCode != http.StatusAccepted {
		w.t.Fatalf("the repeat: %d %s", again.StatusCode, again.text)
	}
	return again.id(w.t)
}

// checkAccepted wants one record, one execution for it, and no second one for
// a repeated request.
func (w *fixture) checkAccepted(r request, id string) {
	w.t.Helper()
	if ids := w.store.IDs(); !slices.Equal(ids, []string{id}) {
		w.t.Errorf("records %v, want only %s", ids, id)
	}
	started := len(w.workflows.Inputs())
	if w.workflows.Inputs()[id] == "" {
		w.t.Errorf("%s has no execution", id)
	}
	again := w.do(r)
	if again.StatusCode != http.StatusAccepted || again.id(w.t) != id {
		w.t.Errorf("repeated once more: %d %s", again.StatusCode, again.text)
	}
	if len(w.workflows.Inputs()) != started {
		w.t.Error("a second execution was started")
	}
}

func TestFaultWhileAccepting(t *testing.T) {
	for _, op := range []string{"Store.Reserve", "Store.Create", "Workflows.Start", "Store.Settle"} {
		eachFault(t, op, func(w *fixture, f faultCase) {
			submit := post(presentation, "Idempotency-Key", `"a-key-with-entropy"`)
			w.faults.Once(op, f.fault)
			r := w.do(submit)
			if r.StatusCode != f.status {
				w.t.Errorf("status %d, want %d", r.StatusCode, f.status)
			}
			checkResponse(w.t, r)
			w.checkAccepted(submit, w.complete(submit))
		})
	}
}

// A request without a key leaves nothing behind.
func TestFaultWithoutKey(t *testing.T) {
	for _, op := range []string{"Store.Create", "Workflows.Start"} {
		runInBubble(t, op, func(t *testing.T) {
			w := newFixture(t, nil)
			w.faults.Once(op, asynctest.LoseAnswer)
			if r := w.do(post(presentation)); r.StatusCode != 503 {
				t.Errorf("status %d", r.StatusCode)
			}
			if ids := w.store.IDs(); len(ids) > 0 {
				t.Errorf("records are left: %v", ids)
			}
		})
	}
}

// Undoing may fail too; then the lease has to end before a repeat completes.
func TestFaultWhileUndoing(t *testing.T) {
	for _, op := range []string{"Store.Discard", "Store.Release"} {
		eachFault(t, op, func(w *fixture, f faultCase) {
			submit := post(presentation, "Idempotency-Key", "a-key-with-entropy")
			w.faults.Once("Workflows.Start", asynctest.Refuse)
			w.faults.Once(op, f.fault)
			r := w.do(submit)
			if r.StatusCode != 503 {
				w.t.Errorf("status %d", r.StatusCode)
			}
			w.checkAccepted(submit, w.complete(submit))
		})
	}
}

// An execution that is at work already cannot be undone: it is accepted.
func TestStartThatSeemedToFail(t *testing.T) { inBubble(t, testStartThatSeemedToFail) }

func testStartThatSeemedToFail(t *testing.T) {
	w := newFixture(t, nil)
	w.faults.Once("Workflows.Start", func(ctx context.Context, call func(context.Context) error) error {
		if err := call(ctx); err != nil {
			return err
		}
		_, err := w.store.Advance(ctx, w.store.IDs()[0], async.Change{State: &moderation, Updated: start})
		if err != nil {
			return err
		}
		return asynctest.ErrDown
	})
	submit := post(presentation, "Idempotency-Key", "a-key-with-entropy")
	r := w.do(submit)
	if r.StatusCode != 202 {
		t.Fatalf("%d %s", r.StatusCode, r.text)
	}
	w.checkAccepted(submit, r.id(t))
}

// A read that found its record answers what is known, whatever else fails, and
// the next one past the new deadline finds out.
func TestFaultWhilePolling(t *testing.T) {
	for _, op := range []string{"Store.Get", "Workflows.Outcome", "Store.Advance"} {
		eachFault(t, op, func(w *fixture, f faultCase) {
			path := w.put(moderation, 2*time.Hour)
			w.workflows.Set(path[len(api.StatusPath):], async.Execution{Status: api.Failed, TimedOut: true})
			w.faults.Once(op, f.fault)
			want := http.StatusAccepted
			if op == "Store.Get" {
				want = f.status
			}
			r := w.do(get(path))
			if r.StatusCode != want {
				w.t.Errorf("status %d, want %d", r.StatusCode, want)
			}
			checkResponse(w.t, r)
			time.Sleep(6 * time.Minute)
			if r := w.do(get(path)); r.StatusCode != 200 || r.submission(w.t).Error.Code != api.CodeTimedOut {
				w.t.Errorf("the repeat: %d %s", r.StatusCode, r.text)
			}
		})
	}
}

// What fails while a request waits does not take back what is known.
func TestFaultWhileWaiting(t *testing.T) { inBubble(t, testFaultWhileWaiting) }

func testFaultWhileWaiting(t *testing.T) {
	w := newFixture(t, nil)
	w.faults.Always("Store.Get", asynctest.Refuse)
	r := w.do(post(presentation, "Prefer", "wait=5"))
	if r.StatusCode != 202 {
		t.Errorf("%d %s", r.StatusCode, r.text)
	}
	checkResponse(t, r)
}
