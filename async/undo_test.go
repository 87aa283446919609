package async_test

import (
	"context"
	"testing"
	"time"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

// An attempt that fails half-way is taken back, even where its client has left
// meanwhile: the repeat is accepted at once, and not when a lease is over.
func TestRepeatNeedNotWaitForAnAttemptThatFailed(t *testing.T) {
	faults := map[string]asynctest.Fault{"refused": asynctest.Refuse, "answer lost": asynctest.LoseAnswer}
	for _, op := range []string{"Store.Reserve", "Store.Create", "Workflows.Start", "Store.Settle"} {
		for how, fault := range faults {
			t.Run(op+" "+how, func(t *testing.T) {
				w := newWorld(t)
				in := async.Submission{Body: []byte(`"x"`), Key: "key"}
				ctx, leave := context.WithCancel(t.Context())
				w.faults.Once(op, func(ctx context.Context, call func(context.Context) error) error {
					defer leave()
					return fault(ctx, call)
				})
				if _, err := w.Submit(ctx, in); err == nil {
					t.Fatal("the fault goes unnoticed")
				}
				w.faults.Settled()
				if _, err := w.Submit(t.Context(), in); err != nil {
					t.Errorf("repeat: %v", err)
				}
				if ids := w.store.IDs(); len(ids) != 1 {
					t.Errorf("%d records", len(ids))
				}
			})
		}
	}
}

// A request that is held up in any call until its lease is over, while its
// repeat is accepted, starts nothing of its own.
func TestOvertakenAttemptStartsNothing(t *testing.T) {
	for _, op := range []string{"Store.Reserve", "Store.Create", "Workflows.Start", "Store.Settle"} {
		for when, before := range map[string]bool{"before the call": true, "after it": false} {
			t.Run(op+" "+when, func(t *testing.T) {
				w := newWorld(t)
				in := async.Submission{Body: []byte(`"x"`), Key: "key"}
				var repeat async.View
				w.faults.Once(op, func(ctx context.Context, call func(context.Context) error) (err error) {
					if !before {
						err = call(ctx)
					}
					w.clock.Advance(31 * time.Second)
					var failed error
					if repeat, failed = w.Submit(t.Context(), in); failed != nil {
						t.Errorf("repeat: %v", failed)
					}
					if before {
						err = call(ctx)
					}
					return err
				})
				first, err := w.Submit(t.Context(), in)
				if err == nil && first.ID != repeat.ID {
					t.Errorf("accepted twice: %s and %s", first.ID, repeat.ID)
				}
				if started := w.workflows.Inputs(); len(started) != 1 || started[repeat.ID] == "" {
					t.Errorf("accepted %s, started %v", repeat.ID, started)
				}
			})
		}
	}
}
