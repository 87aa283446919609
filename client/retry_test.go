package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/client"
)

func TestRetries(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name  string
		steps []http.HandlerFunc
		slept []time.Duration
	}{
		{"closed connection", []http.HandlerFunc{drop, drop}, []time.Duration{500 * ms, 1000 * ms}},
		{"reset connection", []http.HandlerFunc{reset}, []time.Duration{500 * ms}},
		{"truncated body", []http.HandlerFunc{truncated}, []time.Duration{500 * ms}},
		{"not HTTP", []http.HandlerFunc{raw("SSH-2.0-OpenSSH\r\n")}, []time.Duration{500 * ms}},
		{"malformed status line", []http.HandlerFunc{raw("HTTP/1.1 2x0 OK\r\n\r\n")}, []time.Duration{500 * ms}},
		{"malformed header", []http.HandlerFunc{raw("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")}, []time.Duration{500 * ms}},
		{"malformed Content-Length", []http.HandlerFunc{raw("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")}, []time.Duration{500 * ms}},
		{"two Content-Lengths", []http.HandlerFunc{raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}")}, []time.Duration{500 * ms}},
		{"malformed Transfer-Encoding", []http.HandlerFunc{raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: cheese\r\n\r\n{}")}, []time.Duration{500 * ms}},
		{"malformed chunk", []http.HandlerFunc{raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")}, []time.Duration{500 * ms}},
		{"malformed Content-Encoding", []http.HandlerFunc{reply(200, "{}", "Content-Encoding", "gzip")}, []time.Duration{500 * ms}},
		{"interim responses without end", []http.HandlerFunc{interim}, []time.Duration{500 * ms}},
		{"one endless header", []http.HandlerFunc{raw("HTTP/1.1 200 OK\r\nETag: " + strings.Repeat("x", 1<<20))}, []time.Duration{500 * ms}},
		{"too many headers", []http.HandlerFunc{manyHeaders}, []time.Duration{500 * ms}},
		{"throttled", []http.HandlerFunc{reply(429, "", "Retry-After", "9")}, []time.Duration{9000 * ms}},
		{"unavailable", []http.HandlerFunc{reply(503, "", "Retry-After", "0")}, []time.Duration{1000 * ms}},
		{"a proxy's page", []http.HandlerFunc{reply(502, "<html>", "Content-Type", "text/html")}, []time.Duration{500 * ms}},
		{"backoff has an end", []http.HandlerFunc{drop, drop, drop, drop, drop, drop, drop, drop},
			[]time.Duration{500 * ms, 1000 * ms, 2000 * ms, 4000 * ms, 8000 * ms, 16000 * ms, 30000 * ms, 30000 * ms}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, append(tt.steps, approved())...)
			c, n := dial(t, s)
			if _, err := c.Status(context.Background(), "a1"); err != nil {
				t.Fatal(err)
			}
			s.done()
			if !slices.Equal(n.d, tt.slept) {
				t.Errorf("slept %v, want %v", n.d, tt.slept)
			}
		})
	}
}

func TestBackoffIsJittered(t *testing.T) {
	s := serve(t, drop, approved())
	c, n := dial(t, s)
	client.Replace(c, client.Fake{Random: func() float64 { return 0 }})
	if _, err := c.Status(context.Background(), "a1"); err != nil {
		t.Fatal(err)
	}
	if n.d[0] != 250*time.Millisecond {
		t.Errorf("slept %v", n.d)
	}
}

func TestRetriesAreReported(t *testing.T) {
	var heard []client.Retry
	s := serve(t, reply(503, ""), approved())
	c, _ := dial(t, s, func(cfg *client.Config) { cfg.OnRetry = func(r client.Retry) { heard = append(heard, r) } })
	if _, err := c.Status(context.Background(), "a1"); err != nil {
		t.Fatal(err)
	}
	if len(heard) != 1 || heard[0].Attempt != 1 || heard[0].Delay != 500*time.Millisecond || heard[0].Err == nil {
		t.Errorf("heard %+v", heard)
	}
}

func TestRetriesEnd(t *testing.T) {
	s := serve(t, drop, drop, drop)
	c, _ := dial(t, s, func(cfg *client.Config) { cfg.MaxRetries = 2 })
	_, err := c.Status(context.Background(), "a1")
	var unreachable *client.UnreachableError
	if !errors.As(err, &unreachable) || unreachable.Attempts != 3 || !errors.Is(err, io.EOF) {
		t.Errorf("error %v", err)
	}
	s.done()
}

func TestRetriesEndWithTheAnswer(t *testing.T) {
	s := serve(t, reply(429, ""))
	c, _ := dial(t, s, func(cfg *client.Config) { cfg.MaxRetries = -1 })
	if _, err := c.Status(context.Background(), "a1"); !errors.Is(err, client.ErrThrottled) {
		t.Errorf("error %v", err)
	}
	s.done()
}

func TestRetriesEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := serve(t, drop)
	c, _ := dial(t, s, func(cfg *client.Config) { cfg.OnRetry = func(client.Retry) { cancel() } })
	if _, err := c.Status(ctx, "a1"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	s.done()
}

func TestSleepMayRefuse(t *testing.T) {
	noTime := errors.New("no time for that")
	s := serve(t, drop)
	c, _ := dial(t, s, func(cfg *client.Config) { cfg.Sleep = func(context.Context, time.Duration) error { return noTime } })
	if _, err := c.Status(context.Background(), "a1"); !errors.Is(err, noTime) {
		t.Errorf("error %v", err)
	}
}

func TestRefusalsAreNotRepeated(t *testing.T) {
	for code, want := range map[int]error{404: client.ErrNotFound, 410: client.ErrGone, 409: client.ErrConflict, 401: nil} {
		s := serve(t, reply(code, `{"status":999}`))
		c, _ := dial(t, s)
		_, err := c.Status(context.Background(), "a1")
		var problem *client.ProblemError
		if !errors.As(err, &problem) || problem.StatusCode != code {
			t.Errorf("%d: error %v", code, err)
		}
		if want != nil && !errors.Is(err, want) {
			t.Errorf("%d: error %v is not %v", code, err, want)
		}
	}
}

// RFC 9457 allows a member "status" in a problem, of which this client takes no
// notice: it goes by the response's status code, whatever the member holds.
func TestProblemsMayHaveAStatusMember(t *testing.T) {
	for _, member := range []string{``, `"status":404,`, `"status":999,`, `"status":"404",`, `"status":"Succeeded",`, `"status":null,`} {
		s := serve(t, reply(404, `{`+member+`"title":"Lost","detail":"D."}`, "Content-Type", "application/problem+json"))
		c, _ := dial(t, s)
		_, err := c.Status(context.Background(), "a1")
		var problem *client.ProblemError
		if !errors.As(err, &problem) || !errors.Is(err, client.ErrNotFound) || problem.Problem.Title != "Lost" || problem.Problem.Detail != "D." {
			t.Errorf("%q: error %v", member, err)
		}
	}
}

// A status URL is a capability; an error that quotes it would leak it into logs.
func TestErrorsDoNotNameTheStatusURL(t *testing.T) {
	s := serve(t)
	c, _ := dial(t, s)
	s.Close()
	_, err := c.Wait(context.Background(), client.State[json.RawMessage]{URL: s.URL + "/api/status/s3cret"})
	if err == nil || containsAny(err.Error(), "s3cret", "/api/") {
		t.Errorf("error %v", err)
	}
}
