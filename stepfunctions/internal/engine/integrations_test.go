package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
	"example.org/asynchttpapi/stepfunctions/internal/mock"
)

// watch collects observations.
type watch struct {
	mu  sync.Mutex
	all []engine.Observation
}

func (o *watch) note(n engine.Observation) {
	if n.Defined != nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all = append(o.all, n)
}

func (o *watch) notes() []engine.Observation {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.all)
}

// newMockFixture starts an engine with a mock file, "" for none, and stubs. Time
// passes as needed.
func newMockFixture(t *testing.T, file string, stubs bool, o *watch) *fixture {
	t.Helper()
	w := newStillMockFixture(t, file, stubs, o)
	w.drive()
	return w
}

// newStillMockFixture returns a mock fixture whose time stands still, so that it can be restarted.
func newStillMockFixture(t *testing.T, file string, stubs bool, o *watch) *fixture {
	t.Helper()
	var mocks func() *mock.File
	if file != "" {
		f, err := mock.Parse("mocks.json", []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		mocks = func() *mock.File { return f }
	}
	c := enginetest.NewClock(time.Unix(1_700_000_000, 0))
	return begin(&fixture{T: t, clock: c, fakeClock: c, configure: func(c *engine.Config) {
		c.Integrations = engine.Integrations{Mocks: mocks, Stubs: stubs}
		if o != nil {
			c.Observe = o.note
		}
	}})
}

// call returns a definition of one task of a service, with more members.
func call(service, parameters, more string) string {
	return fmt.Sprintf(`{"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:states:::%s", "Parameters": %s%s, "End": true}}}`, service, parameters, more)
}

// withCases returns a mock file of one machine.
func withCases(machine, cases, responses string) string {
	return fmt.Sprintf(`{"StateMachines": {%q: {%s}}, "MockedResponses": {%s}}`, machine, cases, responses)
}

const twoCases = `"DefaultTestCase": "Good", "TestCases": {"Good": {"Call": "good"}, "Bad": {"Call": "bad"}, "Real": {}}`

func TestMocks(t *testing.T) {
	const item = `{"Item": {"id": {"S": "1"}}}`
	retry := `, "Retry": [{"ErrorEquals": ["Slow"], "MaxAttempts": 3}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]`
	w := newMockFixture(t, withCases("m", twoCases, `"good": {"0": {"Return": `+item+`}},
		"bad": {"0-1": {"Throw": {"Error": "Slow", "Cause": "c"}}, "2": {"Return": [1]}}`), false, nil)
	m := w.create("m", strings.Replace(call("dynamodb:getItem", `{"TableName": "t"}`, retry), `"States": {`, `"States": {"Caught": {"Type": "Succeed"}, `, 1))

	w.wantEnd(w.run(m, "default", "{}"), `SUCCEEDED {"Item":{"id":{"S":"1"}}}`)
	w.wantEnd(w.run(m+"#Good", "good", "{}"), `SUCCEEDED {"Item":{"id":{"S":"1"}}}`)
	w.wantEnd(w.run(m+"#Bad", "bad", "{}"), "SUCCEEDED [1]")
	// Not caught by States.ALL, so that it is seen.
	w.wantEnd(w.run(m+"#Real", "real", "{}"), `FAILED States.Runtime: Nothing answers for dynamodb:getItem, which the state 'Call' calls: there is no mock of it. `+
		`Add "Call": "NAME" to StateMachines.m.TestCases.Real of mocks.json, and "NAME": {"0": {"Return": {}}} to its MockedResponses.`)
	_, err := w.StartExecution(w.Context(), engine.StartExecution{MachineARN: m + "#Nosuch"})
	if want := `mocks.json: StateMachines.m.TestCases has no "Nosuch": Bad, Good, Real`; !errors.Is(err, &engine.Error{Code: engine.ValidationException, Message: want}) {
		t.Errorf("got %v, want %s", err, want)
	}

	// The same start again is idempotent, that of another case is another start.
	_, err = w.StartExecution(w.Context(), engine.StartExecution{MachineARN: m + "#Bad", Name: "default"})
	if !errors.Is(err, &engine.Error{Code: engine.ExecutionAlreadyExists}) {
		t.Errorf("got %v, want ExecutionAlreadyExists", err)
	}

	events, err := w.History(w.Context(), strings.Replace(m, "stateMachine", "execution", 1)+":default")
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, e := range events {
		types = append(types, e.Type)
		if e.Type == "TaskScheduled" && (e.Details["parameters"] != `{"TableName":"t"}` || e.Details["resourceType"] != "dynamodb" || e.Details["resource"] != "getItem") {
			t.Errorf("TaskScheduled has %v", e.Details)
		}
	}
	if want := "ExecutionStarted TaskStateEntered TaskScheduled TaskStarted TaskSucceeded TaskStateExited ExecutionSucceeded"; strings.Join(types, " ") != want {
		t.Errorf("got %v, want %s", types, want)
	}
}

func TestAttemptsWithoutAResponseFail(t *testing.T) {
	w := newMockFixture(t, withCases("m", `"TestCases": {"A": {"Call": "r"}}`, `"r": {"0": {"Throw": {"Error": "E"}}}`), false, nil)
	m := w.create("m", call("sns:publish", `{}`, `, "Retry": [{"ErrorEquals": ["States.ALL"]}]`))
	w.wantEnd(w.run(m+"#A", "x", "{}"), `FAILED States.Runtime: the mock of the state 'Call' has no response for attempt 1: add "1": {"Return": {}} to MockedResponses.r of mocks.json`)
}

func TestMocksOfFunctionsReplaceTheirAnswers(t *testing.T) {
	w := newMockFixture(t, withCases("m", `"TestCases": {"A": {"Call": "r"}}`, `"r": {"0": {"Return": {"StatusCode": 200, "Payload": 5}}}`), false, nil)
	m := w.create("m", call("lambda:invoke", `{"FunctionName": "f"}`, ""))
	w.wantEnd(w.run(m+"#A", "mocked", "{}"), `SUCCEEDED {"StatusCode":200,"Payload":5}`)
	if x := w.ended(w.run(m, "real", "{}")); !strings.Contains(string(x.Output), `"Payload":{}`) {
		t.Errorf("without a mock: got %s, want what the function answers", x.Output)
	}
}

func TestMocksOfJobsAndCallbacksAreSubmitted(t *testing.T) {
	w := newMockFixture(t, `{"StateMachines": {"job": {"TestCases": {"A": {"Call": "r"}}}, "callback": {"TestCases": {"A": {"Call": "r"}}}},
		"MockedResponses": {"r": {"0": {"Return": "done"}}}}`, false, nil)
	for name, definition := range map[string]string{
		"job":      call("glue:startJobRun.sync", `{}`, ""),
		"callback": call("sqs:sendMessage.waitForTaskToken", `{"MessageBody": {"t.$": "$$.Task.Token"}}`, ""),
	} {
		x := w.run(w.create(name, definition)+"#A", "x", "{}")
		w.wantEnd(x, `SUCCEEDED "done"`)
		events, err := w.History(w.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) != 8 || events[4].Type != "TaskSubmitted" || events[5].Type != "TaskSucceeded" {
			t.Errorf("%s: got %v", name, events)
		}
	}
}

// Every iteration counts its own attempts, and nested executions inherit the
// test case.
func TestMocksInsideMapParallelAndNested(t *testing.T) {
	w := newMockFixture(t, `{"StateMachines": {"outer": {"TestCases": {"A": {"InMap": "flaky", "InBranch": "flaky"}}}, "inner": {"DefaultTestCase": "B", "TestCases": {"A": {"Call": "a"}, "B": {"Call": "b"}}}},
		"MockedResponses": {"flaky": {"0": {"Throw": {"Error": "E"}}, "1": {"Return": 1}}, "a": {"0": {"Return": "a"}}, "b": {"0": {"Return": "b"}}}}`, false, nil)
	inner := w.create("inner", call("sns:publish", `{}`, ""))
	task := `"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject", "Parameters": {}, "Retry": [{"ErrorEquals": ["E"]}], "End": true`
	nested := func(name, arn string) string {
		return fmt.Sprintf(`{"StartAt": %q, "States": {%q: {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {"StateMachineArn": %q}, "OutputPath": "$.Output", "End": true}}}`, name, name, arn)
	}
	m := w.create("outer", `{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
		{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "InMap", "States": {"InMap": {`+task+`}}}}}},
		{"StartAt": "InBranch", "States": {"InBranch": {`+task+`}}}, `+nested("N1", inner)+`, `+nested("N2", inner+"#B")+`]}}}`)
	w.wantEnd(w.run(m+"#A", "x", "[1,2,3]"), `SUCCEEDED [[1,1,1],1,"a","b"]`)
}

func TestMocksOfExpressExecutions(t *testing.T) {
	w := newMockFixture(t, withCases("m", twoCases, `"good": {"0": {"Return": 1}}, "bad": {"0": {"Throw": {"Error": "E", "Cause": "C"}}}`), false, nil)
	m, err := w.CreateStateMachine(w.Context(), engine.NewStateMachine{Name: "m", Type: engine.Express, Revision: engine.Revision{Definition: call("dynamodb:getItem", `{}`, "")}})
	if err != nil {
		t.Fatal(err)
	}
	for arn, want := range map[string]string{m.ARN: "SUCCEEDED 1", m.ARN + "#Bad": "FAILED "} {
		x, err := w.StartSyncExecution(w.Context(), engine.StartExecution{MachineARN: arn})
		if got := string(x.Status) + " " + string(x.Output); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", arn, got, err, want)
		}
	}
}

// A restart between two attempts goes on with the next response.
func TestAttemptsSurviveARestart(t *testing.T) {
	w := newStillMockFixture(t, withCases("m", `"TestCases": {"A": {"Call": "r"}}`,
		`"r": {"0": {"Return": {"n": 0}}, "1": {"Return": {"n": 1}}, "2": {"Return": {"n": 2}}}`), false, nil)
	w.invoker.Handle(function+"stop", func(ctx context.Context, _ []byte) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	m := w.create("m", `{"StartAt": "Call", "States": {
		"Call": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Parameters": {}, "Next": "Done"},
		"Done": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 2, "Next": "End"}, {"Variable": "$.n", "NumericEquals": 1, "Next": "Stop"}], "Default": "Call"},
		"Stop": {"Type": "Task", "Resource": "`+function+`stop", "Next": "Call"}, "End": {"Type": "Succeed"}}}`)
	x := w.run(m+"#A", "x", "{}")
	w.eventually("the function", func() bool {
		events, err := w.History(w.Context(), x)
		return err == nil && events[len(events)-1].Type == "LambdaFunctionStarted"
	})
	w.restart(func() {
		w.invoker.Handle(function+"stop", func(context.Context, []byte) ([]byte, error) { return []byte("{}"), nil })
	})
	w.wantEnd(x, `SUCCEEDED {"n":2}`)
}

func TestStubs(t *testing.T) {
	o := &watch{}
	w := newMockFixture(t, "", true, o)
	publish := w.run(w.create("publish", call("aws-sdk:sns:publish", `{}`, "")), "x", "{}")
	if x := w.ended(publish); x.Status != engine.Succeeded || !strings.HasPrefix(string(x.Output), `{"MessageId":"`) {
		t.Errorf("got %s %s", x.Status, x.Output)
	}
	events, err := w.History(w.Context(), publish)
	if err != nil || events[4].Type != "TaskSucceeded" || events[4].Details["answeredBy"] != "stub" {
		t.Errorf("got %v, %v", events, err)
	}
	if !slices.ContainsFunc(o.notes(), func(n engine.Observation) bool {
		return n.Stub != nil && n.Stub.State == "Call" && n.Machine == "publish"
	}) {
		t.Errorf("no observation of the stub: %v", o.notes())
	}
	w.wantEnd(w.run(w.create("read", call("dynamodb:getItem", `{}`, "")), "x", "{}"),
		`FAILED States.Runtime: Nothing answers for dynamodb:getItem, which the state 'Call' calls: there is no mock of it. `+
			`Add "Call": "NAME" to StateMachines.read.TestCases.NAME of a mock file (-mock FILE), and "NAME": {"0": {"Return": {}}} to its MockedResponses.`)
}

// The items of a distributed Map come from a mock, and its results go nowhere.
func TestMocksOfItemReaders(t *testing.T) {
	w := newMockFixture(t, `{"StateMachines": {"m": {"DefaultTestCase": "A", "TestCases": {"A": {"Each": "items"}, "Text": {"Each": "text"}, "None": {}}}},
		"MockedResponses": {"items": {"0": {"Return": [{"n": 1}, {"n": 2}]}}, "text": {"0": {"Return": "x"}}}}`, true, nil)
	each := func(more string) string {
		return `{"StartAt": "Each", "States": {"Each": {"Type": "Map", "Label": "L", "End": true,
			"ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"}, "Parameters": {"Bucket": "b", "Key.$": "$.key"}}` + more + `,
			"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}}}}`
	}
	m := w.create("m", each(""))
	w.wantEnd(w.run(m, "default", `{"key": "k"}`), `SUCCEEDED [{"n":1},{"n":2}]`)
	w.wantEnd(w.run(m+"#Text", "text", `{"key": "k"}`), "FAILED States.ItemReaderFailed: What the ItemReader of the state 'Each' has read is no array of items.")
	events, err := w.History(w.Context(), strings.Replace(m, "stateMachine", "execution", 1)+":text")
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, e := range events {
		types = append(types, e.Type)
	}
	if want := "ExecutionStarted MapStateEntered MapStateStarted MapRunStarted MapRunFailed MapStateFailed ExecutionFailed"; strings.Join(types, " ") != want {
		t.Errorf("got %v, want %s", types, want)
	}
	if x := w.ended(w.run(m+"#None", "none", `{"key": "k"}`)); x.Error != "States.Runtime" || !strings.Contains(x.Cause, "Nothing answers for s3:getObject, which the state 'Each' calls") {
		t.Errorf("without a mock: %s: %s", x.Error, x.Cause)
	}
	_, err = w.UpdateStateMachine(w.Context(), engine.UpdateStateMachine{ARN: m, Revision: engine.Revision{
		Definition: each(`, "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": "p"}}`)}})
	if err != nil {
		t.Fatal(err)
	}
	x := w.ended(w.run(m, "written", `{"key": "k"}`))
	var result struct {
		MapRunArn           string
		ResultWriterDetails struct{ Bucket, Key string }
	}
	if err := json.Unmarshal(x.Output, &result); err != nil {
		t.Fatalf("%s %s: %v", x.Status, x.Output, err)
	}
	id := result.MapRunArn[strings.LastIndexByte(result.MapRunArn, ':')+1:]
	if d := result.ResultWriterDetails; d.Bucket != "out" || d.Key != "p/"+id+"/manifest.json" || !strings.Contains(result.MapRunArn, ":mapRun:m/L:") {
		t.Errorf("got %s", x.Output)
	}
}

// What was created with stubs and runs without them fails when it is reached.
func TestForeignTasksWithoutStubs(t *testing.T) {
	w := newStillMockFixture(t, "", true, nil)
	m := w.create("m", call("sns:publish", `{}`, ""))
	w.configure = nil
	w.restart(func() {})
	if x := w.ended(w.run(m, "x", "{}")); x.Status != engine.Failed || !strings.Contains(x.Cause, "Nothing answers for sns:publish") {
		t.Errorf("got %s: %s", x.Status, x.Cause)
	}
	_, err := w.CreateStateMachine(w.Context(), engine.NewStateMachine{Name: "n", Revision: engine.Revision{Definition: call("sns:publish", `{}`, "")}})
	if !errors.Is(err, &engine.Error{Code: engine.InvalidDefinition}) {
		t.Errorf("got %v, want InvalidDefinition", err)
	}
}

func TestTokensOfTasksThatNothingAnswers(t *testing.T) {
	o := &watch{}
	w := newMockFixture(t, "", true, o)
	x := w.run(w.create("m", call("sqs:sendMessage.waitForTaskToken", `{"MessageBody": {"ask": 1, "token.$": "$$.Task.Token"}}`, "")), "x", "{}")
	var waits *engine.TaskNote
	w.eventually("the token", func() bool {
		for _, n := range o.notes() {
			if n.Waits != nil {
				waits = n.Waits
			}
		}
		return waits != nil
	})
	if !strings.Contains(string(waits.Parameters), `"token":"`+waits.Token+`"`) {
		t.Errorf("the parameters %s do not have the token", waits.Parameters)
	}
	if err := w.SendTaskSuccess(w.Context(), waits.Token, json.RawMessage(`"yes"`)); err != nil {
		t.Fatal(err)
	}
	w.wantEnd(x, `SUCCEEDED "yes"`)
}

func TestObservedEnds(t *testing.T) {
	o := &watch{}
	w := newMockFixture(t, "", true, o)
	w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) {
		return nil, &engine.FunctionError{Payload: []byte(`{"errorType": "ValueError", "errorMessage": "secret"}`)}
	})
	retry := strings.Replace(chain(1), `"End": true`, `"Retry": [{"ErrorEquals": ["ValueError"], "MaxAttempts": 2, "IntervalSeconds": 1, "BackoffRate": 2}], "End": true`, 1)
	w.ended(w.run(w.create("orders", retry), "bad1", `{"s": "secret"}`))
	w.ended(w.run(w.create("fine", passOn), "good", "{}"))
	w.eventually("both ends", func() bool { return len(o.notes()) == 2 })
	var got []string
	for _, n := range o.notes() {
		got = append(got, n.Machine+"/"+n.Execution+" "+n.Ended.String())
	}
	want := []string{"orders/bad1 FAILED in 3.0 s at S1: ValueError (3 attempts)", "fine/good SUCCEEDED in 0 ms"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestObservedEvents(t *testing.T) {
	o := &watch{}
	w := begin(&fixture{T: t, clock: engine.SystemClock{}, configure: func(c *engine.Config) { c.Observe, c.ObserveEvents = o.note, true }})
	x := w.run(w.create("m", chain(2)), "x", "{}")
	w.ended(x)
	events, err := w.History(w.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	w.eventually("the end", func() bool { n := o.notes(); return len(n) > 0 && n[len(n)-1].Ended != nil })
	notes := o.notes()
	if len(notes) != len(events)+1 {
		t.Fatalf("got %d observations of %d events", len(notes), len(events))
	}
	for i, e := range events {
		if notes[i].Event == nil || notes[i].Event.Type != e.Type {
			t.Errorf("event %d is %v, want %s", i, notes[i].Event, e.Type)
		}
	}
}

// Waits and retries are shortened, timeouts are not.
func TestTimeScale(t *testing.T) {
	c := enginetest.NewClock(time.Unix(1_700_000_000, 0))
	w := begin(&fixture{T: t, clock: c, fakeClock: c, configure: func(c *engine.Config) { c.TimeScale, c.Integrations.Stubs = 0.01, true }})
	w.drive()
	for definition, want := range map[string]time.Duration{
		`{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1000, "End": true}}}`:                                                                            10 * time.Second,
		call("sns:publish.waitForTaskToken", "{}", `, "TimeoutSeconds": 50, "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1, "IntervalSeconds": 200}]`): 102 * time.Second,
	} {
		x := w.ended(w.run(w.create(newName(), definition), "x", "{}"))
		if got := x.Stopped.Sub(x.Started); got != want {
			t.Errorf("%s took %s, want %s", definition, got, want)
		}
	}
}
