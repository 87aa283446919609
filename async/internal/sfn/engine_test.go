package sfn_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssfn "github.com/aws/aws-sdk-go-v2/service/sfn"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/awsenv"
	"example.org/asynchttpapi/stepfunctions"
	"example.org/asynchttpapi/stepfunctions/stepfunctionstest"
)

// holding has one task, which lasts until a test ends it or, where the input
// has wait, until it is answered by its token.
const holding = `{"StartAt":"Choose","TimeoutSeconds":800,"States":{
	"Choose":{"Type":"Choice","Choices":[{"Variable":"$.wait","IsPresent":true,"Next":"Wait"}],"Default":"Hold"},
	"Wait":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","HeartbeatSeconds":900,"End":true,
		"Parameters":{"FunctionName":"arn:aws:lambda:us-east-1:123456789012:function:hold","Payload":{"token.$":"$$.Task.Token"}}},
	"Hold":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:hold","End":true}}}`

// holder is the engine behind its own wire, with a test's hand on the clock,
// on the function that the task calls, and on AWS's own client.
type holder struct {
	client *awssfn.Client
	clock  *stepfunctionstest.Clock
	calls  stepfunctionstest.Holder
	tokens chan string
}

// Invoke implements stepfunctions.Invoker: a call with a token hands it to the
// test, any other lasts until the test ends it.
func (h *holder) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	var in struct{ Token string }
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, err
	}
	if in.Token == "" {
		return h.calls.Invoke(ctx, function, payload)
	}
	h.tokens <- in.Token
	return []byte(`{}`), nil
}

// newHolder returns the ARN of its state machine, and the environment in which
// it is Step Functions.
func newHolder(t *testing.T) (h *holder, machine string, getenv func(string) string) {
	t.Helper()
	h = &holder{clock: stepfunctionstest.NewClock(time.Now()), tokens: make(chan string, 1)}
	e := stepfunctions.New(stepfunctions.Config{Journal: stepfunctionstest.NewJournal(), Invoker: h, Clock: h.clock})
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(stepfunctions.Handler(e, slog.New(slog.DiscardHandler)))
	t.Cleanup(func() {
		server.Close()
		now, cancel := context.WithCancel(context.Background())
		cancel()
		_ = e.Close(now) // held functions are given up
	})
	cfg, err := awsenv.Config(environment(server.URL), "SFN")
	if err != nil {
		t.Fatal(err)
	}
	h.client = awssfn.NewFromConfig(cfg)
	made, err := h.client.CreateStateMachine(t.Context(), &awssfn.CreateStateMachineInput{
		Name: aws.String("hold"), Definition: aws.String(holding), RoleArn: aws.String("arn:aws:iam::123456789012:role/hold"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h, *made.StateMachineArn, environment(server.URL)
}

const heldPrefix = "arn:aws:states:us-east-1:123456789012:execution:hold:"

// Waiting implements asynctest.WaitingExecutions.
func (h *holder) Waiting(t *testing.T, w async.Workflows) (id, token string) {
	id = rand.Text()
	if err := w.Start(t.Context(), id, []byte(`{"wait":true}`)); err != nil {
		t.Fatal(err)
	}
	return id, <-h.tokens
}

// End implements asynctest.Executions.
func (h *holder) End(t *testing.T, id string, o async.Execution) {
	switch {
	case o.Status == api.Succeeded:
		h.calls.Let(id, nil)
	case o.TimedOut:
		h.clock.Advance(801 * time.Second)
	case o.Status == api.Failed:
		h.calls.Let(id, &stepfunctions.FunctionError{Payload: []byte(`{"errorType":"Refused","errorMessage":"asked to fail"}`)})
	default:
		if _, err := h.client.StopExecution(t.Context(), &awssfn.StopExecutionInput{ExecutionArn: aws.String(heldPrefix + id)}); err != nil {
			t.Fatal(err)
		}
	}
}

// Redrive implements asynctest.Executions.
func (h *holder) Redrive(t *testing.T, id string) {
	if _, err := h.client.RedriveExecution(t.Context(), &awssfn.RedriveExecutionInput{ExecutionArn: aws.String(heldPrefix + id)}); err != nil {
		t.Fatal(err)
	}
}

// The engine behind its own wire keeps the promises that Step Functions does.
func TestWorkflowsOnTheEnginesWire(t *testing.T) {
	h, machine, getenv := newHolder(t)
	asynctest.TestWorkflows(t, newWorkflows(t, getenv, machine), h)
}

// What has ended without success is listed with its redrives, and what has
// ended before is not.
func TestEnded(t *testing.T) {
	h, machine, getenv := newHolder(t)
	w := newWorkflows(t, getenv, machine)
	for _, id := range []string{"a", "b"} {
		if err := w.Start(t.Context(), id, []byte(`{}`)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Stop(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	for since, want := range map[time.Time]map[string]async.Execution{
		h.clock.Now().Add(-time.Hour): {"a": {Status: api.Canceled}},
		h.clock.Now().Add(time.Hour):  {},
	} {
		got := map[string]async.Execution{}
		err := w.Ended(t.Context(), since, 0, func(id string, x async.Execution) error {
			got[id] = x
			return nil
		})
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
	enough := errors.New("enough")
	if err := w.Ended(t.Context(), time.Time{}, 0, func(string, async.Execution) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("an error of found: %v", err)
	}
}
