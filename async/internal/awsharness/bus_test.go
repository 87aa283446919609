package awsharness

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

// bus is EventBridge's wire, as far as PutEvents goes. It refuses the first event.
type bus struct {
	mu     sync.Mutex
	calls  int
	events []event
}

type event struct {
	EventBusName, Source, DetailType, Detail string
	Resources                                []string
}

func newBus(t *testing.T) (*bus, string) {
	b := &bus{}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	return b, server.URL
}

func (b *bus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct{ Entries []event }
	if r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" || json.NewDecoder(r.Body).Decode(&in) != nil ||
		!strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") || !strings.Contains(r.Header.Get("Authorization"), "/events/aws4_request") {
		http.Error(w, "not a signed PutEvents", http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if b.calls++; b.calls == 1 {
		w.Write([]byte(`{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"not now"}]}`))
		return
	}
	b.events = append(b.events, in.Entries...)
	w.Write([]byte(`{"FailedEntryCount":0,"Entries":[{"EventId":"e"}]}`))
}

// An end is an event on the bus, with the real binaries and over the wire: as the
// list of completions has it, and the same when it is announced twice.
func TestEndsAreEventsOnABus(t *testing.T) {
	b, endpoint := newBus(t)
	w := newHarnessAtSpeed(t, "reject@shortlisting", "1000", "EVENT_BUS=talks", "AWS_ENDPOINT_URL_EVENTBRIDGE="+endpoint)
	c := w.client(t, 0)
	s, err := c.Submit(t.Context(), json.RawMessage(talk))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.logs)
	}
	if s, err = c.Wait(t.Context(), s); err != nil {
		t.Fatalf("%v\n%s", err, w.logs)
	}
	w.awaitEnd(t, s.ID)
	w.notify(t, s.ID, "RUNNING", 0)
	refused, err := w.host.Invoke(t.Context(), "ReconcileFunction", executionEvent(s.ID, "SUCCEEDED", 0))
	if err != nil || refused.FunctionError == "" {
		t.Fatalf("an event that the bus has refused is taken for done: %s, %v", refused.Payload, err)
	}
	for range 2 { // repeated, and then delivered once more
		w.notify(t, s.ID, "SUCCEEDED", 0)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.events) != 2 || b.events[0].Detail != b.events[1].Detail {
		t.Fatalf("got %+v, want the same event twice\n%s", b.events, w.logs)
	}
	checkEvent(t, b.events[0], s)
}

func checkEvent(t *testing.T, e event, s client.State[json.RawMessage]) {
	t.Helper()
	var detail struct {
		EventID string
		api.Submission
	}
	if err := json.Unmarshal([]byte(e.Detail), &detail); err != nil {
		t.Fatal(err)
	}
	if e.EventBusName != "talks" || e.Source != "asynchttpapi" || e.DetailType != "Submission Ended" || !slices.Equal(e.Resources, []string{aliasARN}) {
		t.Errorf("got %+v", e)
	}
	if detail.EventID == "" || detail.ID != s.ID || detail.Status != api.Succeeded || detail.CustomStatus != "Rejected" ||
		!detail.LastUpdatedTime.Equal(s.LastUpdatedTime) || detail.Result != nil || detail.ResultURL != "" {
		t.Errorf("got %s, and the status is %+v", e.Detail, s.Submission)
	}
	for _, secret := range secrets {
		if strings.Contains(e.Detail, secret) {
			t.Errorf("%q is in the event", secret)
		}
	}
}
