package sfn_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
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
	asynctest.TestWorkflows(t, w, service)
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

// What the calls send is the token, the answer and the error's name.
func TestAnswers(t *testing.T) {
	service, getenv := newWire(t)
	w := newWorkflows(t, getenv, machine)
	id, token := service.Waiting(t, w)
	service.requests = nil
	err := errors.Join(w.Heartbeat(t.Context(), token), w.Complete(t.Context(), token, []byte(`{"id":"a"}`)))
	if err != nil {
		t.Fatal(err)
	}
	service.set(id, "RUNNING")
	if err := errors.Join(w.Fail(t.Context(), token, "Activity.Overtaken"), w.Stop(t.Context(), id)); err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{
		{"taskToken": token}, {"taskToken": token, "output": `{"id":"a"}`},
		{"taskToken": token, "error": "Activity.Overtaken"}, {"executionArn": executions + id},
	}
	if !reflect.DeepEqual(service.requests, want) {
		t.Errorf("got %v, want %v", service.requests, want)
	}
}

// No task waits with the token, whatever Step Functions calls that; and any
// other error is not that.
func TestTaskErrors(t *testing.T) {
	service, getenv := newWire(t)
	w := newWorkflows(t, getenv, machine)
	for failure, want := range map[string]bool{
		"TaskDoesNotExist": true, "TaskTimedOut": true, "InvalidToken": true,
		"InvalidOutput": false, "ThrottlingException": false, "AccessDeniedException": false,
	} {
		service.failure = failure
		for call, err := range map[string]error{
			"complete": w.Complete(t.Context(), "t", []byte(`{}`)), "fail": w.Fail(t.Context(), "t", "E"), "heartbeat": w.Heartbeat(t.Context(), "t"),
		} {
			if errors.Is(err, async.ErrNotFound) != want || strings.Contains(err.Error(), "arn:") {
				t.Errorf("%s of %s: %v", call, failure, err)
			}
		}
	}
}

// A lack of capacity at the start is answered as such, and leaves nothing behind.
func TestStartIsThrottled(t *testing.T) {
	job := async.Job[struct{}, async.None]{
		Name: "review",
		Stages: []async.Stage[struct{}, async.None]{{Name: "Moderation", Message: "At work.",
			Do: func(context.Context, *async.Run[struct{}, async.None]) (async.Outcome, error) {
				return async.Continue, nil
			}}},
		Done: async.End{Outcome: "Approved", Message: "Yes."},
	}
	for _, failure := range []string{"ExecutionLimitExceeded", "ThrottlingException", "KmsThrottlingException"} {
		service, getenv := newWire(t)
		service.failure = failure
		store := &asynctest.Store{}
		s, err := async.New(async.Config{Job: job, Store: store, Workflows: newWorkflows(t, getenv, machine), Retention: 90 * 24 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Submit(t.Context(), async.Submission{Body: []byte(`{}`), Key: "key"})
		var refused *async.RequestError
		if !errors.As(err, &refused) || refused.Code != api.CodeThrottled || refused.RetryAfter <= 0 {
			t.Errorf("%s: got %v", failure, err)
		}
		if ids := store.IDs(); len(ids) != 0 {
			t.Errorf("%s: %q are left", failure, ids)
		}
		service.mu.Lock()
		service.failure = ""
		service.mu.Unlock()
		if _, err := s.Submit(t.Context(), async.Submission{Body: []byte(`{}`), Key: "key"}); err != nil {
			t.Errorf("the repetition after %s: %v", failure, err)
		}
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
