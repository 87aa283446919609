package eventbridge_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async/internal/eventbridge"
)

const machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:M:live"

// newBus is a bus whose service answers with what it is given, and notes requests.
func newBus(t *testing.T, status int, answer string) (*eventbridge.Bus, *[]string) {
	t.Helper()
	var bodies []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("X-Amz-Target") != "AWSEvents.PutEvents" {
			t.Errorf("%v, %v", r.Header, err)
		}
		bodies = append(bodies, string(body))
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	env := map[string]string{"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_ENDPOINT_URL_EVENTBRIDGE": server.URL}
	bus, err := eventbridge.New(func(name string) string { return env[name] }, "talks", machine)
	if err != nil {
		t.Fatal(err)
	}
	return bus, &bodies
}

const taken = `{"FailedEntryCount":0,"Entries":[{"EventId":"e"}]}`

// eventID is that of the only event in a request.
func eventID(t *testing.T, body string) string {
	t.Helper()
	var in struct{ Entries []struct{ Detail string } }
	var detail struct{ EventID string }
	if err := json.Unmarshal([]byte(body), &in); err != nil || len(in.Entries) != 1 {
		t.Fatalf("%s: %v", body, err)
	}
	if err := json.Unmarshal([]byte(in.Entries[0].Detail), &detail); err != nil || len(detail.EventID) != 32 {
		t.Fatalf("%s: %v", body, err)
	}
	return detail.EventID
}

// The event of an end has the same eventId each time, and that of another end,
// of another submission or after a redrive, has another.
func TestEndedHasTheIDOfTheEnd(t *testing.T) {
	bus, bodies := newBus(t, http.StatusOK, taken)
	at := time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)
	for _, s := range []api.Submission{
		{ID: "a", Status: api.Failed, LastUpdatedTime: at},
		{ID: "a", Status: api.Failed, LastUpdatedTime: at.In(time.FixedZone("CET", 3600))},
		{ID: "a", Status: api.Succeeded, LastUpdatedTime: at.Add(time.Nanosecond)},
		{ID: "b", Status: api.Failed, LastUpdatedTime: at},
	} {
		if err := bus.Ended(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for _, body := range *bodies {
		ids = append(ids, eventID(t, body))
		for _, want := range []string{`"EventBusName":"talks"`, `"Source":"asynchttpapi"`, `"DetailType":"Submission Ended"`, `"Resources":["` + machine + `"]`, `"Time":`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %s", body, want)
			}
		}
	}
	if ids[0] != ids[1] || ids[2] == ids[0] || ids[3] == ids[0] || ids[3] == ids[2] {
		t.Errorf("got %q", ids)
	}
}

// A call that succeeds may have refused the event.
func TestEndedFails(t *testing.T) {
	for name, tt := range map[string]struct {
		status       int
		answer, want string
	}{
		"refused": {http.StatusOK, `{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException","ErrorMessage":"arn:secret"}]}`, "ThrottlingException"},
		"no such": {http.StatusBadRequest, `{"__type":"ResourceNotFoundException","message":"arn:secret"}`, "ResourceNotFoundException"},
	} {
		t.Run(name, func(t *testing.T) {
			bus, _ := newBus(t, tt.status, tt.answer)
			err := bus.Ended(t.Context(), api.Submission{ID: "capability"})
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "capability") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := eventbridge.New(func(string) string { return "" }, "", machine); err == nil || !strings.Contains(err.Error(), "AWS_REGION") || !strings.Contains(err.Error(), "name") {
		t.Errorf("got %v", err)
	}
}
