package async_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/trace"
)

func TestNewNamesEveryMistake(t *testing.T) {
	good := async.Config{Store: &asynctest.Store{}, Workflows: &asynctest.Workflows{}, Job: (&steps{}).job(), Retention: 90 * 24 * time.Hour}
	if s, err := async.New(good); err != nil || s == nil {
		t.Fatal(err)
	}
	if _, err := async.New(async.Config{Store: &asynctest.Store{}}); err != nil {
		t.Errorf("without a job: %v", err)
	}
	bad := good
	job := (&steps{}).job()
	job.Name = "Errand"
	bad.Store, bad.Job, bad.Retention, bad.Lease = nil, job, time.Hour, 20*time.Second
	bad.MaxWait, bad.WaitInterval = -1, -time.Second
	s, err := async.New(bad)
	if s != nil || err == nil {
		t.Fatalf("a service with mistakes: %v, %v", s, err)
	}
	for _, want := range []string{"Store must be set", "name: want lower-case", "Retention is 1h0m0s", "Lease must exceed", "MaxWait is -1ns", "WaitInterval is -1s"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not among %v", want, err)
		}
	}
}

func TestIDs(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		secret := async.NewSecret()
		id := async.IDOf(secret)
		if !async.ValidID(secret) || !async.ValidID(id) || seen[secret] || seen[id] {
			t.Fatalf("secret %q, id %q", secret, id)
		}
		seen[secret], seen[id] = true, true
	}
	for _, id := range []string{"", "a", strings.Repeat("a", 25), strings.Repeat("a", 27), strings.Repeat("A", 26), strings.Repeat("a", 25) + "1", strings.Repeat("a", 25) + "/"} {
		if async.ValidID(id) {
			t.Errorf("%q is valid", id)
		}
	}
	// Both are promises: links that were handed out, and logs, outlive a deployment.
	// printf 'cancel\\0%s' aaaaaaaaaaaaaaaaaaaaaaaaaa | sha256sum, in base32
	if got := async.IDOf(strings.Repeat("a", 26)); got != "nqzcqon4tcx2hx3o6i5jzimzyx" {
		t.Errorf("id %q", got)
	}
	// printf %s aaaaaaaaaaaaaaaaaaaaaaaaaa | sha256sum | cut -c1-12
	if got := async.LogID(strings.Repeat("a", 26)); got != "9976d549a251" {
		t.Errorf("log id %q", got)
	}
}

type coded struct{}

func (coded) Error() string     { return "secret" }
func (coded) ErrorCode() string { return "AccessDeniedException" }

// What may be logged of a failure names its kind, never its text.
func TestReason(t *testing.T) {
	tests := []struct {
		cause error
		want  string
	}{
		{nil, "none"},
		{context.DeadlineExceeded, "timeout"},
		{fmt.Errorf("secret: %w", context.Canceled), "canceled"},
		{fmt.Errorf("secret: %w", coded{}), "AccessDeniedException"},
		{fmt.Errorf("secret: %w", errors.New("secret")), "*errors.errorString"},
	}
	for _, tt := range tests {
		if got := async.Reason(tt.cause); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.cause, got, tt.want)
		}
		e := &async.RequestError{Code: api.CodeUnavailable, Op: "Store.Get", Cause: tt.cause}
		if text := e.Error(); strings.Contains(text, "secret") || !strings.Contains(text, "Store.Get") {
			t.Errorf("text %q", text)
		}
	}
}

type busy struct{}

func (busy) Error() string   { return "secret" }
func (busy) Throttled() bool { return true }

// An adapter says in either way that it was throttled.
func TestThrottled(t *testing.T) {
	for _, cause := range []error{async.ErrThrottled, fmt.Errorf("secret: %w", busy{})} {
		withFixture(t, func(t *testing.T, w *fixture) {
			w.faults.Always("Store.Get", func(context.Context, func(context.Context) error) error { return cause })
			_, err := w.Status(t.Context(), async.NewSecret(), 0)
			var refused *async.RequestError
			if !errors.As(err, &refused) || refused.Code != api.CodeThrottled || refused.RetryAfter <= 0 {
				t.Errorf("%v: got %v", cause, err)
			}
			if _, got := w.stage(t.Context(), async.NewSecret(), "First", 0); got != async.Throttled {
				t.Errorf("%v: a stage ends with %s", cause, got)
			}
		})
	}
}

func TestSubmissionsAreObserved(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		for range 2 {
			if _, err := w.Submit(t.Context(), bread); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Submit(t.Context(), async.Submission{Body: []byte(`{"Name":"bad"}`)}); err == nil {
			t.Fatal("a bad input is accepted")
		}
		if got := kinds(w.events); !slices.Equal(got, []async.EventKind{async.Accepted, async.Replayed}) {
			t.Errorf("got %v", got)
		}
	})
}

// A poll that sees an end soon after it was written has detected it.
func TestPollsAreObserved(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.put(async.State{Status: api.Running, Rank: 1})
		poll := func() async.Event {
			if _, err := w.Status(t.Context(), id, 0); err != nil {
				t.Fatal(err)
			}
			return w.events[len(w.events)-1]
		}
		if e := poll(); e.Kind != async.Polled || e.Detected {
			t.Errorf("running: %+v", e)
		}
		done := async.State{Status: api.Succeeded, Rank: 2}
		if _, err := w.store.Advance(t.Context(), id, async.Change{State: &done, Updated: time.Now()}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		if e := poll(); !e.Detected || e.Lag != 3*time.Second {
			t.Errorf("just done: %+v", e)
		}
		time.Sleep(time.Minute)
		if e := poll(); e.Detected {
			t.Errorf("long done: %+v", e)
		}
	})
}

// The execution belongs to the request's trace, and is given nothing else.
func TestTraceGoesWithTheExecution(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		ctx := trace.NewContext(t.Context(), "4bf92f3577b34da6a3ce929d0e0e4736")
		v, err := w.Submit(ctx, async.Submission{Body: bread.Body})
		if err != nil {
			t.Fatal(err)
		}
		want := `{"id":"` + v.ID + `","trace":"4bf92f3577b34da6a3ce929d0e0e4736"}`
		if got := w.workflows.Inputs()[v.ID]; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		id := w.submitted(t)
		if got := w.workflows.Inputs()[id]; got != `{"id":"`+id+`"}` {
			t.Errorf("without a trace: %s", got)
		}
	})
}
