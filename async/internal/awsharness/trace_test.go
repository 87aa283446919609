package awsharness

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// line is what the tests read of a log line of the functions.
type line struct {
	Message, Level, RequestID, Submission, Stage, Outcome, TraceID string
	AWS                                                            json.RawMessage `json:"_aws"`
}

// lines are the log lines about a submission.
func (w *harness) lines(t *testing.T, id string) (found []line) {
	t.Helper()
	for text := range strings.Lines(w.logs.String()) {
		var l line
		if json.Unmarshal([]byte(text), &l) == nil && l.Submission == async.LogID(id) {
			found = append(found, l)
		}
	}
	return found
}

// The trace of the request that submitted a talk is in every line about the
// review, written by other processes later.
func TestTraceIsCarriedToTheActivities(t *testing.T) {
	t.Parallel()
	w := newHarness(t, "approve")
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+api.SubmitPath, strings.NewReader(talk))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	id := filepath.Base(resp.Header.Get("Location"))
	c := w.client(t, 0)
	s, err := c.Status(t.Context(), id)
	if err == nil {
		_, err = c.Wait(t.Context(), s)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, w.logs)
	}
	w.awaitLines(t, id, 8)
	lines := map[string]int{}
	for _, l := range w.lines(t, id) {
		if l.Message == "polled" {
			continue
		}
		lines[l.Message]++
		if l.TraceID != trace || l.RequestID == "" {
			t.Errorf("trace and request of %+v", l)
		}
		if l.Message == "ended" && (l.Outcome != "Approved" || l.AWS == nil) {
			t.Errorf("the end is no metric: %+v", l)
		}
	}
	if lines["accepted"] != 1 || lines["stage began"] != 3 || lines["stage finished"] != 3 || lines["ended"] != 1 {
		t.Errorf("lines %v\n%s", lines, w.logs)
	}
}

// awaitLines waits until a submission has so many lines besides its polls: a
// client may read the end before the function has logged it.
func (w *harness) awaitLines(t *testing.T, id string, want int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		n := 0
		for _, l := range w.lines(t, id) {
			if l.Message != "polled" {
				n++
			}
		}
		if n >= want {
			return
		}
	}
	t.Fatalf("%s has fewer than %d lines\n%s", id, want, w.logs)
}
