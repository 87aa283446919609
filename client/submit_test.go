package client_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

func TestSubmit(t *testing.T) {
	s := serve(t, running("Received", "Location", "/api/status/a1?failureStatus=409", "Retry-After", "7"))
	c, _ := dial(t, s, func(cfg *client.Config) {
		cfg.FailureStatus = 409
		cfg.Header = http.Header{"Authorization": {"Bearer x"}}
	})
	got, err := c.Submit(context.Background(), map[string]string{"title": "T"})
	if err != nil {
		t.Fatal(err)
	}
	if want := s.URL + "/api/status/a1?failureStatus=409"; got.URL != want {
		t.Errorf("URL %q, want %q", got.URL, want)
	}
	if got.ID != "a1" || got.Status != api.Running || got.RetryAfter != 7*time.Second || got.CustomStatus != "Received" {
		t.Errorf("state %+v", got)
	}
	r := s.requests()[0]
	if r.Method != "POST" || r.URL.String() != "/api/submit?failureStatus=409" || s.sent[0] != `{"title":"T"}` {
		t.Errorf("asked %s %s %s", r.Method, r.URL, s.sent[0])
	}
	if r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Authorization") != "Bearer x" {
		t.Errorf("headers %v", r.Header)
	}
}

func TestSubmitRepeatsWithTheSameKey(t *testing.T) {
	problem := reply(409, `{"title":"Conflict","status":409,"detail":"Still accepting."}`, "Content-Type", "application/problem+json")
	s := serve(t, drop, reply(503, ""), problem, running("Received"), running("Received"))
	c, _ := dial(t, s)
	for range 2 {
		if _, err := c.Submit(context.Background(), "x"); err != nil {
			t.Fatal(err)
		}
	}
	s.done()
	keys := make([]string, 5)
	for i, r := range s.requests() {
		keys[i] = r.Header.Get("Idempotency-Key")
	}
	if len(keys[0]) < 24 || keys[0][0] != '"' || keys[1] != keys[0] || keys[2] != keys[0] || keys[3] != keys[0] {
		t.Errorf("one submit, keys %q", keys[:4])
	}
	if keys[4] == keys[0] {
		t.Errorf("two submits share the key %s", keys[0])
	}
	if s.sent[3] != `"x"` {
		t.Errorf("the repeated request has the body %q", s.sent[3])
	}
}

func TestSubmitOptions(t *testing.T) {
	s := serve(t, approved())
	c, _ := dial(t, s)
	got, err := c.Submit(context.Background(), 1, client.IdempotencyKey(`a"b\c`), client.PreferWait(2500*time.Millisecond))
	if err != nil || !got.Done() {
		t.Fatalf("%+v, %v", got, err)
	}
	h := s.requests()[0].Header
	if got := h.Get("Idempotency-Key"); got != `"a\"b\\c"` {
		t.Errorf("key %s", got)
	}
	if got := h.Get("Prefer"); got != "wait=2" {
		t.Errorf("Prefer %s", got)
	}
}

func TestSubmitRefusesBadKeys(t *testing.T) {
	c, _ := dial(t, serve(t))
	for _, key := range []string{"", "a\nb", "ä", string(make([]byte, 256))} {
		if _, err := c.Submit(context.Background(), 1, client.IdempotencyKey(key)); err == nil {
			t.Errorf("key %q was accepted", key)
		}
	}
}

func TestSubmitRefused(t *testing.T) {
	s := serve(t, reply(422, `{"title":"Unprocessable Content","status":422,"detail":"Two fields.",
		"errors":[{"pointer":"/title","detail":"is required"},{"pointer":"/speaker/email","detail":"is no address"}]}`,
		"Content-Type", "application/problem+json"))
	c, _ := dial(t, s)
	_, err := c.Submit(context.Background(), 1)
	var problem *client.ProblemError
	if !errors.As(err, &problem) || !errors.Is(err, client.ErrInvalid) {
		t.Fatalf("error %v", err)
	}
	want := "client: 422 Unprocessable Content: Two fields.; /title: is required; /speaker/email: is no address"
	if err.Error() != want {
		t.Errorf("error %q", err)
	}
}

func TestSubmitAnswersAFailure409(t *testing.T) {
	s := serve(t, reply(409, failedBody))
	c, _ := dial(t, s)
	got, err := c.Submit(context.Background(), 1, client.PreferWait(time.Second))
	if err != nil || got.Status != api.Failed || got.Error.Code != "TimedOut" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSubmitOfWhatIsNoJSON(t *testing.T) {
	c, _ := dial(t, serve(t))
	if _, err := c.Submit(context.Background(), make(chan int)); err == nil {
		t.Error("a channel was encoded")
	}
}
