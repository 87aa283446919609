package functions_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/speakers"
)

// bench is a world in memory, with one submission named id.
type bench struct {
	store     asynctest.Store
	workflows asynctest.Workflows
}

func newBench() *bench {
	b := &bench{}
	now := time.Now()
	b.store.Put(async.Record{
		ID: "id", State: async.State{Status: api.NotStarted, CustomStatus: "Received"}, Payload: json.RawMessage(`{}`),
		Created: now, Updated: now, Deadline: now.Add(time.Hour), Expires: now.Add(time.Hour),
	})
	return b
}

func (b *bench) config(review string) functions.Config {
	return functions.Config{
		Store: &b.store, Workflows: &b.workflows,
		Settings: functions.Settings{Retention: time.Hour, Review: review, Speed: math.Inf(1)},
	}
}

func (b *bench) handler(t *testing.T, function, review string) lambda.Handler {
	t.Helper()
	all, err := functions.Handlers(b.config(review))
	if err != nil || all[function] == nil {
		t.Fatalf("%s: %v", function, err)
	}
	return all[function]
}

func (b *bench) record(t *testing.T) async.Record {
	t.Helper()
	r, err := b.store.Get(t.Context(), "id")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestActivitiesSpeakTheStateMachinesJSON(t *testing.T) {
	b := newBench()
	for _, function := range []string{"moderate", "shortlist", "select"} {
		out, err := b.handler(t, function, "approve").Invoke(t.Context(), []byte(`{"id":"id","redrive":0}`))
		if err != nil || string(out) != `{"id":"id","decision":"accepted"}` {
			t.Errorf("%s: %s, %v", function, out, err)
		}
	}
	if r := b.record(t); r.CustomStatus != "Approved" || r.Status != api.Succeeded {
		t.Errorf("%+v", r.State)
	}
}

func TestFailSpeaksTheStateMachinesJSON(t *testing.T) {
	b := newBench()
	event := `{"id":"id","redrive":0,"failedIn":0,"error":"States.Timeout"}`
	_, err := b.handler(t, functions.Fail, "approve").Invoke(t.Context(), []byte(event))
	if failure, ok := err.(messages.InvokeResponse_Error); !ok || failure.Type != "Activity.Failed" {
		t.Errorf("the execution would go on: %v", err)
	}
	if r := b.record(t); r.Status != api.Failed || r.Error == nil || r.Error.Code != api.CodeTimedOut {
		t.Errorf("%+v, %+v", r.State, r.Error)
	}
}

func TestReconcileReadsTheEventOfAnEndedExecution(t *testing.T) {
	event := func(name string) []byte {
		return []byte(`{"version":"0","id":"e","detail-type":"Step Functions Execution Status Change","source":"aws.states",
			"account":"123456789012","time":"2026-03-01T12:00:00Z","region":"us-east-1","resources":["arn"],
			"detail":{"executionArn":"arn","stateMachineArn":"arn","name":"` + name + `","status":"TIMED_OUT","startDate":1,
			"stopDate":2,"input":"{\"id\":\"id\"}","output":null}}`)
	}
	b := newBench()
	b.workflows.Set("id", async.Outcome{Status: api.Failed, TimedOut: true})
	h := b.handler(t, functions.Reconcile, "approve")
	if _, err := h.Invoke(t.Context(), event("id")); err != nil {
		t.Fatal(err)
	}
	if r := b.record(t); r.Status != api.Failed || r.Error == nil || r.Error.Code != api.CodeTimedOut {
		t.Errorf("%+v, %+v", r.State, r.Error)
	}
	if _, err := h.Invoke(t.Context(), event("somebody-else")); err != nil {
		t.Errorf("an execution without a record: %v", err)
	}
	if _, err := h.Invoke(t.Context(), []byte(`{"detail":{}}`)); err == nil {
		t.Error("an event without a name is accepted")
	}
}

func TestHandlersNeedWhatTheyUse(t *testing.T) {
	b := newBench()
	for about, spoil := range map[string]func(*functions.Config){
		"no store":  func(c *functions.Config) { c.Store = nil },
		"no speed":  func(c *functions.Config) { c.Speed = 0 },
		"no policy": func(c *functions.Config) { c.Review = "maybe" },
	} {
		c := b.config("approve")
		spoil(&c)
		if _, err := functions.NewStage("moderate")(c); err == nil {
			t.Errorf("%s: moderate is made all the same", about)
		}
		if _, err := functions.Handlers(c); err == nil {
			t.Errorf("%s: all are made all the same", about)
		}
	}
	if all, err := functions.Handlers(b.config("approve")); err != nil || len(all) != 4+len(speakers.Stages()) {
		t.Errorf("%d handlers, %v", len(all), err)
	}
	if _, err := functions.NewStage("unknown")(b.config("approve")); err == nil {
		t.Error("an activity without a stage is made")
	}
}
