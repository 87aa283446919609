package dynamo_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/dynamo"
)

// lossy stands in front of a DynamoDB: it does the next write that it is set
// to lose, and answers as if it had not.
type lossy struct {
	proxy *httputil.ReverseProxy
	lose  atomic.Bool
}

func newLossy(t *testing.T, tb table) (*lossy, *dynamo.Store) {
	t.Helper()
	target, err := url.Parse(os.Getenv(endpoint))
	if err != nil {
		t.Fatal(err)
	}
	l := &lossy{proxy: httputil.NewSingleHostReverseProxy(target)}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	return l, storeOn(t, server.URL, tb.name)
}

// storeOn is a Store on a table behind what stands in front of DynamoDB.
func storeOn(t *testing.T, url, name string) *dynamo.Store {
	t.Helper()
	s, err := dynamo.New(func(variable string) string {
		if variable == "AWS_ENDPOINT_URL_DYNAMODB" {
			return url
		}
		return getenv(variable)
	}, name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (l *lossy) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	read := strings.HasSuffix(req.Header.Get("X-Amz-Target"), ".GetItem")
	if read || !l.lose.CompareAndSwap(true, false) {
		l.proxy.ServeHTTP(rw, req)
		return
	}
	l.proxy.ServeHTTP(httptest.NewRecorder(), req)
	rw.WriteHeader(http.StatusInternalServerError)
}

// The SDK repeats a write whose answer was lost, and the condition then meets
// the write's own result. That is a success, not another's write.
func TestRepeatedWriteIsItsOwn(t *testing.T) {
	tb := newTable(t)
	l, s := newLossy(t, tb)
	r := async.Record{ID: "a", State: async.State{Status: api.NotStarted}}
	now := time.Now()
	claim := async.Reservation{Key: "k", ID: "a", Fingerprint: "f", Now: now, Lease: now.Add(time.Minute), Expires: now.Add(time.Hour)}
	late := claim
	late.Now, late.Lease = now.Add(2*time.Minute), now.Add(3*time.Minute)
	reserve := func(r async.Reservation) func() error {
		return func() error {
			_, mine, err := s.Reserve(t.Context(), r)
			if err == nil && !mine {
				err = errors.New("not mine")
			}
			return err
		}
	}
	advance := func(c async.Change) func() error {
		return func() error { _, err := s.Advance(t.Context(), "a", c); return err }
	}
	steps := []struct {
		name string
		call func() error
		want error
	}{
		{"reserve", reserve(claim), nil},
		{"take over", reserve(late), nil},
		{"settle", func() error { return s.Settle(t.Context(), "k", "a") }, nil},
		{"create", func() error { return s.Create(t.Context(), r, []byte(`{}`)) }, nil},
		{"create again", func() error { return s.Create(t.Context(), r, []byte(`{}`)) }, async.ErrExists},
		{"advance", advance(async.Change{State: &async.State{Status: api.Running, Rank: 1}}), nil},
		{"advance again", advance(async.Change{State: &async.State{Status: api.Running, Rank: 1}}), async.ErrStale},
		{"outcome", advance(async.Change{Stage: "Moderation", Outcome: "Approved"}), nil},
		{"release", func() error { return s.Release(t.Context(), "k", "a", false) }, nil},
		{"discard", func() error { return s.Discard(t.Context(), "b") }, nil},
	}
	for _, step := range steps {
		l.lose.Store(true)
		if err := step.call(); !errors.Is(err, step.want) {
			t.Errorf("%s: got %v, want %v", step.name, err, step.want)
		}
		if l.lose.Load() {
			t.Errorf("%s: no answer was lost", step.name)
		}
	}
}
