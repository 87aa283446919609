package async_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

// Progress only grows, is written now and then, and says when to stop.
func TestProgress(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		var seen []int
		w.first = func(ctx context.Context, r *run) (async.Outcome, error) {
			w.faults.Calls()
			for i := range 100 {
				if err := r.Progress(ctx, float64(i)/100); err != nil {
					t.Error(err)
				}
				time.Sleep(100 * time.Millisecond)
				seen = append(seen, w.record(t, r.ID).Percent)
			}
			if calls := len(w.faults.Calls()); calls != 5 {
				t.Errorf("%d writes in 10 s", calls)
			}
			for _, nonsense := range []float64{-1, 2, 0} {
				time.Sleep(async.ProgressInterval)
				if err := r.Progress(ctx, nonsense); err != nil {
					t.Error(err)
				}
				seen = append(seen, w.record(t, r.ID).Percent)
			}
			w.faults.Always("Store.Advance", asynctest.Refuse)
			time.Sleep(async.ProgressInterval)
			if err := r.Progress(ctx, 1); err == nil || errors.Is(err, async.ErrCanceled) {
				t.Errorf("while the store is down: %v", err)
			}
			w.faults.Clear()
			w.end(r.ID, api.Canceled)
			if canceled, err := r.Canceled(ctx); !canceled || err != nil {
				t.Errorf("canceled: %v, %v", canceled, err)
			}
			time.Sleep(async.ProgressInterval)
			if err := r.Progress(ctx, 1); !errors.Is(err, async.ErrCanceled) {
				t.Errorf("after the cancellation: %v", err)
			}
			return async.Continue, nil
		}
		id := w.submitted(t)
		if _, got := w.stage(t.Context(), id, "First", 0); got != async.Overtaken {
			t.Errorf("a Continue after the cancellation: %s", got)
		}
		if !slices.IsSorted(seen) || seen[0] < 1 || slices.Max(seen) > 99 || seen[len(seen)-1] < 60 {
			t.Errorf("percent was %v", seen)
		}
		if r := w.record(t, id); len(r.Outcomes) != 0 {
			t.Errorf("outcomes %v", r.Outcomes)
		}
	})
}

// Large results are kept if the outcome that names them is recorded.
func TestLargeResults(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		write := func(ctx context.Context, r *run, text string) error {
			f, err := r.ResultWriter(ctx, "text/plain", "")
			if err != nil {
				return err
			}
			_, err = io.WriteString(f, text)
			return errors.Join(err, f.Commit())
		}
		fail := true
		w.first = func(ctx context.Context, r *run) (async.Outcome, error) {
			if _, err := r.ResultWriter(ctx, "text/plain", ""); err != nil { // never committed
				return "", err
			}
			if err := errors.Join(write(ctx, r, "one"), write(ctx, r, "two")); err != nil || !fail {
				return "", err
			}
			return "", errors.New("down")
		}
		w.last = func(ctx context.Context, r *run) (async.Outcome, error) { return "", write(ctx, r, "three") }
		id := w.submitted(t)
		if _, got := w.stage(t.Context(), id, "First", 0); got != async.Unavailable || len(w.results.Keys()) != 0 {
			t.Errorf("%s, and %v is left", got, w.results.Keys())
		}
		fail = false
		for _, tt := range []struct{ stage, want string }{{"First", "two"}, {"Last", "three"}} {
			w.stage(t.Context(), id, tt.stage, 0)
			r := w.record(t, id)
			if keys := w.results.Keys(); len(keys) != 1 || r.Large == nil || r.Large.Key != keys[0] || strings.Contains(keys[0], id) {
				t.Fatalf("%s: kept %v, recorded %+v", tt.stage, keys, r.Large)
			}
			f, err := w.results.Open(t.Context(), r.Large.Key)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := io.ReadAll(f); string(got) != tt.want || r.Large.Size != int64(len(tt.want)) {
				t.Errorf("%s: %q, %+v", tt.stage, got, r.Large)
			}
		}
		// An attempt whose outcome is refused leaves nothing.
		w.first = func(ctx context.Context, r *run) (async.Outcome, error) {
			w.end(r.ID, api.Canceled)
			return "", write(ctx, r, "late")
		}
		if _, got := w.stage(t.Context(), w.submitted(t), "First", 0); got != async.Overtaken || len(w.results.Keys()) != 1 {
			t.Errorf("%s, and %v is left", got, w.results.Keys())
		}
	})
}

// A stage that runs in the process where its submission is canceled ends with it.
func TestCancelReachesTheStage(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.submitted(t)
		var cause error
		w.first = func(ctx context.Context, r *run) (async.Outcome, error) {
			cause = async.Sleep(ctx, time.Hour)
			return async.Continue, cause
		}
		ended := make(chan string, 1)
		go func() {
			_, got := w.stage(t.Context(), id, "First", 0)
			ended <- got
		}()
		synctest.Wait()
		if _, err := w.CancelID(t.Context(), id); err != nil {
			t.Error(err)
		}
		if got := <-ended; got != async.Overtaken || !errors.Is(cause, async.ErrCanceled) || time.Since(w.start) != 0 {
			t.Errorf("%s, cause %v after %v", got, cause, time.Since(w.start))
		}
	})
}
