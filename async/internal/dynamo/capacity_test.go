package dynamo_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/dynamo/dynamotest"
)

// meter stands in front of a DynamoDB, asks for the capacity that each call
// takes, and keeps the answers.
type meter struct {
	mu    sync.Mutex
	calls []meteredCall
}

type meteredCall struct {
	operation string
	units     float64
}

func newMeter(t *testing.T) (*meter, string) {
	t.Helper()
	target, err := url.Parse(os.Getenv(dynamotest.Endpoint))
	if err != nil {
		t.Fatal(err)
	}
	m := &meter{}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(resp *http.Response) error {
		data, err := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(bytes.NewReader(data))
		var out struct {
			ConsumedCapacity struct{ CapacityUnits float64 }
		}
		if err == nil && resp.StatusCode == http.StatusOK {
			err = json.Unmarshal(data, &out)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		_, operation, _ := strings.Cut(resp.Request.Header.Get("X-Amz-Target"), ".")
		m.calls = append(m.calls, meteredCall{operation, out.ConsumedCapacity.CapacityUnits})
		return err
	}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		in := map[string]any{}
		if err := json.NewDecoder(req.Body).Decode(&in); err != nil {
			http.Error(rw, err.Error(), http.StatusBadRequest)
			return
		}
		in["ReturnConsumedCapacity"] = "TOTAL"
		data, _ := json.Marshal(in)
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
		proxy.ServeHTTP(rw, req)
	}))
	t.Cleanup(server.Close)
	return m, server.URL
}

// take returns the calls since the last time.
func (m *meter) take() []meteredCall {
	m.mu.Lock()
	defer m.mu.Unlock()
	calls := m.calls
	m.calls = nil
	return calls
}

// A status change costs one write unit and a poll one read unit, however large
// the input is.
func TestStatusCostsNothingForTheInput(t *testing.T) {
	tb := newTable(t)
	m, at := newMeter(t)
	s := storeOn(t, at, tb.name)
	now := time.Now().UTC()
	r := async.Record{
		ID: "abcdefghijklmnopqrstuvwxyz", Job: "speakers",
		State:   async.State{Status: api.NotStarted, CustomStatus: "Received", Message: strings.Repeat("m", 100), Began: now, Due: now},
		Created: now, Updated: now, Deadline: now.Add(time.Hour), Expires: now.Add(90 * 24 * time.Hour),
	}
	input := []byte(`"` + strings.Repeat("x", async.MaxInput-2) + `"`)
	steps := []struct {
		name string
		call func() error
		want []meteredCall
	}{
		{"create", func() error { return s.Create(t.Context(), r, input) }, []meteredCall{{"PutItem", 257}, {"PutItem", 1}}},
		{"poll", func() error { _, err := s.Get(t.Context(), r.ID); return err }, []meteredCall{{"GetItem", 1}}},
		{"input", func() error { _, err := s.Input(t.Context(), r.ID); return err }, []meteredCall{{"GetItem", 65}}},
	}
	for rank, stage := range []string{"Moderation", "Shortlisting", "Selection"} {
		state := async.State{Status: api.Running, CustomStatus: stage, Message: strings.Repeat("m", 100), Rank: rank + 1, Percent: 10, Began: now, Due: now.Add(time.Minute)}
		advance := func(c async.Change) func() error {
			return func() error { _, err := s.Advance(t.Context(), r.ID, c); return err }
		}
		one := []meteredCall{{"UpdateItem", 1}}
		steps = append(steps, []struct {
			name string
			call func() error
			want []meteredCall
		}{
			{stage + " begins", advance(async.Change{State: &state, Deadline: now.Add(2 * time.Hour), Updated: now}), one},
			{stage + " proceeds", advance(async.Change{Percent: 20, Rank: rank + 1, Updated: now}), one},
			{stage + " ends", advance(async.Change{Stage: stage, Updated: now, Values: map[string]json.RawMessage{stage: json.RawMessage(`"s3://bucket/key"`)}}), one},
		}...)
	}
	for _, step := range steps {
		if err := step.call(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		got := m.take()
		if len(got) != len(step.want) {
			t.Fatalf("%s took %v, want %v", step.name, got, step.want)
		}
		for i, want := range step.want {
			if got[i] != want {
				t.Errorf("%s took %v, want %v", step.name, got, step.want)
			}
		}
	}
}
