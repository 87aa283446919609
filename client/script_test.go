package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

// script is a server that answers each request with its next step, over real
// HTTP, and remembers what it was asked.
type script struct {
	*httptest.Server
	t     *testing.T
	mu    sync.Mutex
	steps []http.HandlerFunc
	asked []*http.Request
	sent  []string // request bodies
}

func serve(t *testing.T, steps ...http.HandlerFunc) *script {
	s := &script{t: t, steps: steps}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	n := len(s.asked)
	s.asked, s.sent = append(s.asked, r), append(s.sent, string(body))
	s.mu.Unlock()
	if n >= len(s.steps) {
		s.t.Errorf("unexpected request %d: %s %s", n+1, r.Method, r.URL)
		w.WriteHeader(http.StatusTeapot)
		return
	}
	s.steps[n](w, r)
}

func (s *script) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// done checks that every step was used.
func (s *script) done() {
	s.t.Helper()
	if got := len(s.requests()); got != len(s.steps) {
		s.t.Errorf("%d requests, want %d", got, len(s.steps))
	}
}

// body is a status body with the given words.
func body(status api.Status, custom string) string {
	return fmt.Sprintf(`{"id":"a1","status":%q,"customStatus":%q,"message":"m",`+
		`"createdTime":"2026-01-02T03:04:05Z","lastUpdatedTime":"2026-01-02T03:04:05Z"}`, status, custom)
}

const failedBody = `{"id":"a1","status":"Failed","error":{"code":"TimedOut","message":"Too late."}}`

// reply answers with a code, a body and headers given as name, value, ….
func reply(code int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		io.WriteString(w, body)
	}
}

func running(custom string, header ...string) http.HandlerFunc {
	return reply(202, body(api.Running, custom), header...)
}

func approved() http.HandlerFunc { return reply(200, body(api.Succeeded, "Approved")) }

// naps records what a client would have slept.
type naps struct {
	mu sync.Mutex
	d  []time.Duration
}

func (n *naps) sleep(ctx context.Context, d time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.d = append(n.d, d)
	return ctx.Err()
}

type speakers = client.Client[json.RawMessage]

// dial makes a client of the server that never sleeps.
func dial(t *testing.T, s *script, change ...func(*client.Config)) (*speakers, *naps) {
	t.Helper()
	n := &naps{}
	cfg := client.Config{BaseURL: s.URL, Sleep: n.sleep}
	for _, f := range change {
		f(&cfg)
	}
	c, err := client.New[json.RawMessage](cfg)
	if err != nil {
		t.Fatal(err)
	}
	client.Replace(c, client.Fake{Random: func() float64 { return 1 }})
	return c, n
}
