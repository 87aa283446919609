package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

func TestWait(t *testing.T) {
	s := serve(t,
		running("Moderation", "Location", "/api/status/a1", "Retry-After", "3"),
		running("Moderation", "Retry-After", "5", "ETag", `"1"`),
		reply(304, "", "Retry-After", "4"),
		running("Selection"),
		approved())
	c, n := dial(t, s)
	st, err := c.Submit(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	st, err = c.Wait(context.Background(), st)
	if err != nil || st.Status != api.Succeeded || st.CustomStatus != "Approved" || st.RetryAfter != 0 {
		t.Fatalf("%+v, %v", st, err)
	}
	s.done()
	if want := []time.Duration{3 * time.Second, 5 * time.Second, 4 * time.Second, 2 * time.Second}; !slices.Equal(n.d, want) {
		t.Errorf("slept %v, want %v", n.d, want)
	}
	var tags []string
	for _, r := range s.requests()[1:] {
		tags = append(tags, r.Header.Get("If-None-Match"))
	}
	if want := []string{"", `"1"`, `"1"`, ""}; !slices.Equal(tags, want) {
		t.Errorf("If-None-Match %q, want %q", tags, want)
	}
}

func TestChanges(t *testing.T) {
	s := serve(t, running("Moderation"), running("Moderation"), running("Selection"), approved())
	c, _ := dial(t, s)
	st, err := c.Status(context.Background(), "a1")
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for st, err := range c.Changes(context.Background(), st) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, st.CustomStatus)
	}
	if want := []string{"Moderation", "Selection", "Approved"}; !slices.Equal(seen, want) {
		t.Errorf("seen %v, want %v", seen, want)
	}
	s.done()
}

func TestChangesStopsOnRequest(t *testing.T) {
	s := serve(t, running("Moderation"))
	c, _ := dial(t, s)
	for range c.Changes(context.Background(), client.State[json.RawMessage]{URL: s.URL + "/api/status/a1"}) {
		break
	}
	s.done()
}

func TestWaitOnFailure(t *testing.T) {
	for _, code := range []int{200, 409} {
		s := serve(t, reply(code, failedBody))
		c, _ := dial(t, s)
		st, err := c.Wait(context.Background(), client.State[json.RawMessage]{URL: s.URL + "/api/status/a1"})
		var failed *client.FailedError
		if !errors.As(err, &failed) || failed.Code != "TimedOut" || st.Status != api.Failed {
			t.Errorf("%d: %+v, %v", code, st, err)
		}
	}
}

func TestWaitOnCancellation(t *testing.T) {
	s := serve(t, reply(200, body(api.Canceled, "Selection")))
	c, _ := dial(t, s)
	_, err := c.Wait(context.Background(), client.State[json.RawMessage]{URL: s.URL + "/api/status/a1"})
	var canceled *client.CanceledError
	if !errors.As(err, &canceled) || canceled.ID != "a1" {
		t.Errorf("error %v", err)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	s := serve(t, running("Moderation"))
	c, _ := dial(t, s, func(cfg *client.Config) {
		cfg.Sleep = func(ctx context.Context, d time.Duration) error {
			if d > 0 {
				cancel(cause)
			}
			return ctx.Err()
		}
	})
	st, err := c.Wait(ctx, client.State[json.RawMessage]{URL: s.URL + "/api/status/a1"})
	if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) || st.CustomStatus != "Moderation" {
		t.Errorf("%+v, %v", st, err)
	}
	s.done()
}

func TestPreferWaitStaysWithinTheDeadline(t *testing.T) {
	s := serve(t, running("Moderation"), approved())
	c, _ := dial(t, s, func(cfg *client.Config) { cfg.PreferWait = 25 * time.Second })
	st := client.State[json.RawMessage]{URL: s.URL + "/api/status/a1"}
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	for _, err := range c.Polls(ctx, st) {
		if err != nil {
			t.Fatal(err)
		}
		deadline, _ := ctx.Deadline()
		client.Replace(c, client.Fake{Now: func() time.Time { return deadline.Add(-9500 * time.Millisecond) }})
	}
	for i, want := range []string{"wait=25", "wait=9"} {
		if got := s.requests()[i].Header.Get("Prefer"); got != want {
			t.Errorf("poll %d: Prefer %q, want %q", i, got, want)
		}
	}
}
