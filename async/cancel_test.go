package async_test

import (
	"context"
	"slices"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

func TestCancel(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		v, err := w.Submit(t.Context(), bread)
		if err != nil {
			t.Fatal(err)
		}
		w.events = nil
		w.faults.Once("Workflows.Stop", asynctest.Refuse)
		if _, err := w.Cancel(t.Context(), v.CancelSecret); code(err) != api.CodeUnavailable {
			t.Errorf("not stopped: %v", err)
		}
		for range 2 {
			got, err := w.Cancel(t.Context(), v.CancelSecret)
			if err != nil || got.Status != api.Canceled || got.Message != "Canceled." || got.ID != v.ID {
				t.Errorf("%+v, %v", got, err)
			}
		}
		if x, err := w.workflows.Outcome(t.Context(), v.ID); err != nil || x.Status != api.Canceled {
			t.Errorf("execution %+v, %v", x, err)
		}
		if got := kinds(w.events); !slices.Equal(got, []async.EventKind{async.Ended}) || w.events[0].Failed() {
			t.Errorf("events %v", got)
		}
		for _, secret := range []string{v.ID, "", async.NewSecret()} {
			if _, err := w.Cancel(t.Context(), secret); code(err) != api.CodeNotFound {
				t.Errorf("%q: %v", secret, err)
			}
		}
		for op, want := range map[string]string{"Store.Get": api.CodeUnavailable, "Store.Advance": api.CodeUnavailable} {
			id := w.submitted(t)
			w.faults.Once(op, asynctest.Refuse)
			if _, err := w.CancelID(t.Context(), id); code(err) != want || w.record(t, id).Status.Terminal() {
				t.Errorf("%s refused: %v", op, err)
			}
		}
	})
	withFixture(t, func(t *testing.T, w *fixture) {
		v, err := w.Submit(t.Context(), bread)
		if _, refused := w.Cancel(t.Context(), v.CancelSecret); err != nil || code(refused) != api.CodeNotFound {
			t.Errorf("not cancelable: %v, %v", err, refused)
		}
	}, func(_ *fixture, c *async.Config) { c.Cancelable = false })
}

// Whichever end is recorded first stays, and is what the caller reads.
func TestCancelMeetsAnEnd(t *testing.T) {
	for _, end := range []api.Status{api.Succeeded, api.Failed} {
		withFixture(t, func(t *testing.T, w *fixture) {
			id := w.submitted(t)
			w.faults.Once("Store.Get", func(ctx context.Context, call func(context.Context) error) error {
				defer w.end(id, end)
				return call(ctx)
			})
			for range 2 {
				if v, err := w.CancelID(t.Context(), id); err != nil || v.Status != end {
					t.Errorf("%+v, %v", v, err)
				}
			}
			if stopped := w.workflows.Stopped(); len(stopped) > 0 {
				t.Errorf("stopped %v", stopped)
			}
		})
	}
	// A redrive in between: what is canceled is the run that it began.
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.submitted(t)
		w.faults.Once("Store.Get", func(ctx context.Context, call func(context.Context) error) error {
			defer func() {
				r := w.record(t, id)
				r.Redrive, r.Status, r.Rank = 1, api.Running, 0
				w.store.Put(r)
			}()
			return call(ctx)
		})
		if v, err := w.CancelID(t.Context(), id); err != nil || v.Status != api.Canceled || w.record(t, id).Redrive != 1 {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// Where the job compensates, the execution goes on to that by itself, and a
// waiting task is failed so that it does.
func TestCancelWithCompensation(t *testing.T) {
	inWait(t, func(t *testing.T, w *fixture, id string) {
		w.faults.Once("Workflows.Fail", asynctest.Refuse)
		if _, err := w.CancelID(t.Context(), id); code(err) != api.CodeUnavailable {
			t.Errorf("not failed: %v", err)
		}
		for range 2 {
			if v, err := w.CancelID(t.Context(), id); err != nil || v.Status != api.Canceled {
				t.Errorf("%+v, %v", v, err)
			}
		}
		if got := w.answers(); !slices.Equal(got, []string{"first " + async.Overtaken}) || len(w.workflows.Stopped()) > 0 {
			t.Errorf("answers %q, stopped %v", got, w.workflows.Stopped())
		}
		if err := w.Complete(t.Context(), w.secrets[0], []byte(yes)); code(err) != api.CodeGone {
			t.Errorf("answered: %v", err)
		}
	}, compensating)
	// Its token is bound right before the end is recorded.
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.submitted(t)
		w.faults.Once("Store.Advance", func(ctx context.Context, call func(context.Context) error) error {
			w.waiting(t, id, "late")
			return call(ctx)
		})
		if _, err := w.CancelID(t.Context(), id); err != nil {
			t.Error(err)
		}
		if got := w.answers(); !slices.Equal(got, []string{"late " + async.Overtaken}) {
			t.Errorf("answers %q", got)
		}
	}, compensating)
	// Before its token was bound: the task fails by itself.
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.submitted(t)
		w.faults.Once("Store.PutCallback", func(ctx context.Context, call func(context.Context) error) error {
			if _, err := w.CancelID(t.Context(), id); err != nil {
				t.Error(err)
			}
			return call(context.WithoutCancel(ctx))
		})
		_, err := w.RunStage(t.Context(), "Approval", async.ActivityInput{ID: id, Token: "t"})
		if got := name(err); got != async.Overtaken && got != async.Unavailable {
			t.Error(got)
		}
		_, err = w.RunStage(t.Context(), "Approval", async.ActivityInput{ID: id, Token: "t"})
		if got := name(err); got != async.Overtaken || len(w.secrets) != 0 {
			t.Errorf("%s, %d callbacks", got, len(w.secrets))
		}
	}, compensating)
}
