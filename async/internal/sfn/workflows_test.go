package sfn_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/conformance"
	"example.org/asynchttpapi/async/internal/sfn"
)

func newWorkflows(t *testing.T, getenv func(string) string, machine string) *sfn.Workflows {
	t.Helper()
	w, err := sfn.New(getenv, machine)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWorkflows(t *testing.T) {
	service, getenv := newWire(t)
	w := newWorkflows(t, getenv, machine)
	if err := w.Warm(t.Context()); err != nil {
		t.Errorf("warm: %v", err)
	}
	conformance.Workflows(t, w, service)
}

// The history of an execution is read by every operator: neither the call that
// starts it nor the one that looks at it carries more than it has to.
func TestRequests(t *testing.T) {
	service, getenv := newWire(t)
	w := newWorkflows(t, getenv, machine)
	if err := w.Start(t.Context(), "a", []byte(`{"id":"a"}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Outcome(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{
		{"stateMachineArn": machine, "name": "a", "input": `{"id":"a"}`},
		{"executionArn": executions + "a", "includedData": "METADATA_ONLY"},
	}
	for i, request := range want {
		for member, value := range service.requests[i] {
			if request[member] != value {
				t.Errorf("request %d: %s is %v, want %v", i, member, value, request[member])
			}
		}
	}
}

func TestPendingRedriveRuns(t *testing.T) {
	service, getenv := newWire(t)
	w := newWorkflows(t, getenv, machine)
	if err := w.Start(t.Context(), "a", []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	service.set("a", "PENDING_REDRIVE")
	if o, err := w.Outcome(t.Context(), "a"); err != nil || o.Status != api.Running {
		t.Errorf("got %+v, %v", o, err)
	}
	service.set("a", "NOVEL")
	if o, err := w.Outcome(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "NOVEL") {
		t.Errorf("got %+v, %v; want an error that names the status", o, err)
	}
}

// What the service says names ARNs; the error's text must not.
func TestErrorsNameNoARN(t *testing.T) {
	_, getenv := newWire(t)
	other := newWorkflows(t, getenv, strings.Replace(machine, "Process", "Other", 1))
	err := other.Start(t.Context(), "a", []byte(`{}`))
	if err == nil || err.Error() != "sfn StartExecution: StateMachineDoesNotExist (request request-1)" {
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
	w := newWorkflows(t, environment(server.URL), machine)
	err := w.Start(t.Context(), "a", []byte(`{}`))
	if err == nil || errors.Is(err, async.ErrNotFound) || calls != 3 {
		t.Errorf("got %v after %d calls, want an error after 3", err, calls)
	}
	if _, err := w.Outcome(t.Context(), "a"); err == nil || errors.Is(err, async.ErrNotFound) {
		t.Errorf("outcome: got %v", err)
	}
}

func TestServiceHangs(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	w := newWorkflows(t, environment(server.URL), machine)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := w.Start(ctx, "a", []byte(`{}`)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want context.DeadlineExceeded", err)
	}
}

func TestNewRefuses(t *testing.T) {
	_, getenv := newWire(t)
	for _, arn := range []string{
		"", "Process", "arn:aws:states:us-east-1:123456789012:execution:Process:a",
		"arn:aws:states:us-east-1:123456789012:stateMachine:", "arn:aws:lambda:us-east-1:123456789012:stateMachine:Process",
		machine + ":more",
	} {
		if _, err := sfn.New(getenv, arn); err == nil || !strings.Contains(err.Error(), "state machine's ARN") {
			t.Errorf("%q: got %v", arn, err)
		}
	}
	if _, err := sfn.New(func(string) string { return "" }, machine); err == nil || !strings.Contains(err.Error(), "AWS_REGION is not set") {
		t.Errorf("no environment: got %v", err)
	}
}
