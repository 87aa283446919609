package dynamo_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/dynamo"
	"example.org/asynchttpapi/async/internal/dynamo/dynamotest"
)

// lossy stands in front of a DynamoDB: it does the next write that it is set
// to lose, and answers as if it had not.
type lossy struct {
	proxy *httputil.ReverseProxy
	lose  atomic.Bool
	// loseOf is what the write to lose has in it.
	loseOf string
	// refuse, if not "", is a key of which no write reaches DynamoDB.
	refuse string
}

func newLossy(t *testing.T, tb table) (*lossy, *dynamo.Store) {
	t.Helper()
	target, err := url.Parse(os.Getenv(dynamotest.Endpoint))
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
		return dynamotest.Getenv(variable)
	}, name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (l *lossy) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil || l.refuse != "" && bytes.Contains(body, []byte(l.refuse)) {
		rw.WriteHeader(http.StatusInternalServerError)
		return
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	read := strings.HasSuffix(req.Header.Get("X-Amz-Target"), ".GetItem")
	if read || !bytes.Contains(body, []byte(l.loseOf)) || !l.lose.CompareAndSwap(true, false) {
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
	second := r
	second.ID = "second"
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
		{"create where the record's answer is lost", func() error { return s.Create(t.Context(), second, []byte(`{}`)) }, nil},
		{"advance", advance(async.Change{State: &async.State{Status: api.Running, Rank: 1}}), nil},
		{"advance again", advance(async.Change{State: &async.State{Status: api.Running, Rank: 1}}), async.ErrStale},
		{"outcome", advance(async.Change{Stage: "Moderation", Outcome: "Approved"}), nil},
		{"release", func() error { return s.Release(t.Context(), "k", "a", false) }, nil},
		{"discard", func() error { return s.Discard(t.Context(), "b") }, nil},
	}
	for _, step := range steps {
		l.loseOf = map[bool]string{true: "submission#second"}[strings.HasPrefix(step.name, "create where")]
		l.lose.Store(true)
		if err := step.call(); !errors.Is(err, step.want) {
			t.Errorf("%s: got %v, want %v", step.name, err, step.want)
		}
		if l.lose.Load() {
			t.Errorf("%s: no answer was lost", step.name)
		}
	}
}

// A crash between the two writes of an acceptance leaves an input alone, which
// goes with its TTL; so do all items that a submission has.
func TestEveryItemExpires(t *testing.T) {
	tb := newTable(t)
	l, s := newLossy(t, tb)
	expires := time.Date(2026, 3, 1, 0, 0, 0, 1, time.UTC)
	r := async.Record{ID: "a", State: async.State{Status: api.NotStarted}, Expires: expires}
	l.refuse = "submission#a"
	if err := s.Create(t.Context(), r, []byte(`{}`)); err == nil {
		t.Fatal("created")
	}
	l.refuse = ""
	if it := tb.item(t, "submission#a"); it != nil {
		t.Fatalf("the record is there: %v", it)
	}
	r.ID = "b"
	claim := async.Reservation{Key: "k", ID: "b", Fingerprint: "f", Now: expires.Add(-time.Hour), Expires: expires}
	_, _, err := s.Reserve(t.Context(), claim)
	err = errors.Join(err, s.Create(t.Context(), r, []byte(`{}`)), s.PutCallback(t.Context(), "h", async.CallbackRef{ID: "b", Stage: "Review", Expires: expires}))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"input#a", "input#b", "submission#b", "reservation#k", "callback#h"} {
		ttl, ok := tb.item(t, key)[dynamo.TTLAttribute].(*types.AttributeValueMemberN)
		if !ok || ttl.Value != strconv.FormatInt(expires.Unix()+1, 10) {
			t.Errorf("%s expires at %+v", key, ttl)
		}
	}
}
