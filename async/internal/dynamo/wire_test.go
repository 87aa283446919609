package dynamo_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/dynamo"
)

// scripted answers each call with the next answer and keeps the requests: for
// what DynamoDB does and its emulators do not.
type scripted struct {
	answers  []string
	requests []request
}

type request struct {
	operation string
	body      map[string]any
}

func newScripted(t *testing.T, answers ...string) (*scripted, *dynamo.Store) {
	t.Helper()
	sc := &scripted{answers: answers}
	server := httptest.NewServer(sc)
	t.Cleanup(server.Close)
	return sc, storeAt(t, server.URL)
}

func storeAt(t *testing.T, url string) *dynamo.Store {
	t.Helper()
	s, err := dynamo.New(func(name string) string {
		return map[string]string{
			"AWS_ENDPOINT_URL": url, "AWS_REGION": "us-east-1",
			"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		}[name]
	}, "submissions")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (sc *scripted) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	r := request{operation: operation}
	data, _ := io.ReadAll(req.Body)
	if err := json.Unmarshal(data, &r.body); err != nil {
		http.Error(rw, "not JSON", http.StatusBadRequest)
		return
	}
	sc.requests = append(sc.requests, r)
	if len(sc.requests) > len(sc.answers) {
		http.Error(rw, "no answer is left", http.StatusBadRequest)
		return
	}
	answer := sc.answers[len(sc.requests)-1]
	if strings.Contains(answer, "__type") {
		rw.WriteHeader(http.StatusBadRequest)
	}
	fmt.Fprint(rw, answer)
}

const (
	storedItem = `{"pk":{"S":"submission#a"},"status":{"S":"Running"},"rank":{"N":"7"},"redrive":{"N":"1"},"decisions":{"M":{}},"settled":{"BOOL":true},"ttl":{"N":"99999999999"},"write":{"S":"other"}}`
	failed     = `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed","Item":` + storedItem + `}`
)

// DynamoDB sends the stored item along with the error: one call, not two.
func TestRefusalCarriesTheStoredRecord(t *testing.T) {
	sc, s := newScripted(t, failed)
	c := async.Change{State: &async.State{Status: api.Running, Rank: 2}}
	r, err := s.Advance(t.Context(), "a", c)
	if !errors.Is(err, async.ErrStale) || r.ID != "a" || r.Rank != 7 || r.Redrive != 1 {
		t.Errorf("got %+v, %v", r, err)
	}
	if got := sc.requests[0].body["ReturnValuesOnConditionCheckFailure"]; len(sc.requests) != 1 || got != "ALL_OLD" {
		t.Errorf("%d requests, asking for %v", len(sc.requests), got)
	}
}

func TestRefusalsWithoutASecondCall(t *testing.T) {
	now := time.Now()
	tests := map[string]struct {
		call func(s *dynamo.Store) error
		want error
	}{
		"create":  {func(s *dynamo.Store) error { return s.Create(t.Context(), record(), nil) }, async.ErrExists},
		"discard": {func(s *dynamo.Store) error { return s.Discard(t.Context(), "a") }, async.ErrStale},
		"settle":  {func(s *dynamo.Store) error { return s.Settle(t.Context(), "k", "a") }, async.ErrStale},
		"release": {func(s *dynamo.Store) error { return s.Release(t.Context(), "k", "a", true) }, nil},
		"reserve": {func(s *dynamo.Store) error {
			_, _, err := s.Reserve(t.Context(), async.Reservation{Key: "k", ID: "a", Fingerprint: "f", Now: now})
			return err
		}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			sc, s := newScripted(t, failed)
			if err := tt.call(s); !errors.Is(err, tt.want) || len(sc.requests) != 1 {
				t.Errorf("got %v after %d requests, want %v after one", err, len(sc.requests), tt.want)
			}
		})
	}
}

// One poll is one read of one item, and it sees the write before it.
func TestGetIsOneConsistentRead(t *testing.T) {
	sc, s := newScripted(t, `{"Item":`+storedItem+`}`)
	if _, err := s.Get(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if r := sc.requests[0]; len(sc.requests) != 1 || r.operation != "GetItem" || r.body["ConsistentRead"] != true {
		t.Errorf("requests: %+v", sc.requests)
	}
}

// A short record costs one write unit, which is 1 KB, whatever the input's size.
func TestItemIsSmall(t *testing.T) {
	sc, s := newScripted(t, `{}`, `{}`)
	r := record()
	r.CustomStatus, r.Message = "Shortlisting", strings.Repeat("m", 100)
	r.Outcomes = map[string]async.Outcome{"Moderation": async.Continue, "Shortlisting": async.Continue, "Selection": "Approved"}
	if err := s.Create(t.Context(), r, []byte(strings.Repeat("x", async.MaxInput))); err != nil {
		t.Fatal(err)
	}
	if data, _ := json.Marshal(sc.requests[1].body["Item"]); len(data) > 1024 {
		t.Errorf("the item takes %d bytes as JSON, which is more than DynamoDB counts", len(data))
	}
}

func TestMalformedItems(t *testing.T) {
	for attribute, value := range map[string]string{
		"status":    `{"N":"1"}`,
		"rank":      `{"S":"high"}`,
		"redrive":   `{"N":"1.5"}`,
		"percent":   `{"S":"half"}`,
		"large":     `{"S":"yesterday"}`,
		"result":    `{"S":"{}"}`,
		"decisions": `{"M":{"moderation":{"N":"1"}}}`,
		"created":   `{"S":"yesterday"}`,
		"ttl":       `{"S":"never"}`,
		"outcome#A": `{"N":"1"}`,
		"value#a":   `{"S":"yesterday"}`,
	} {
		t.Run(attribute, func(t *testing.T) {
			_, s := newScripted(t, fmt.Sprintf(`{"Item":{"pk":{"S":"submission#a"},%q:%s}}`, attribute, value))
			_, err := s.Get(t.Context(), "a")
			if err == nil || !strings.Contains(err.Error(), `"`+attribute+`"`) || strings.Contains(err.Error(), "yesterday") {
				t.Errorf("got %v, want an error that names %s and no value", err, attribute)
			}
		})
	}
}

func TestErrorsNameNoARN(t *testing.T) {
	_, s := newScripted(t, `{"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException",
		"message":"User: arn:aws:sts::123456789012:assumed-role/x is not authorized on arn:aws:dynamodb:us-east-1:123456789012:table/t"}`)
	_, err := s.Get(t.Context(), "a")
	if err == nil || err.Error() != "dynamodb GetItem: AccessDeniedException" {
		t.Errorf("got %v", err)
	}
}

func TestServiceDown(t *testing.T) {
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		calls++
		rw.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer server.Close()
	_, err := storeAt(t, server.URL).Get(t.Context(), "a")
	if err == nil || errors.Is(err, async.ErrNotFound) || calls != 3 {
		t.Errorf("got %v after %d calls, want an error after 3", err, calls)
	}
}

func TestServiceHangs(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := storeAt(t, server.URL).Create(ctx, record(), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want context.DeadlineExceeded", err)
	}
}

func TestNewRefuses(t *testing.T) {
	_, err := dynamo.New(func(string) string { return "" }, "")
	for _, want := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "table's name"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s named", err, want)
		}
	}
}

func record() async.Record {
	now := time.Now()
	return async.Record{
		ID: "abcdefghijklmnopqrstuvwxyz", State: async.State{Status: api.NotStarted},
		Created: now, Updated: now, Deadline: now, Expires: now,
	}
}
