package interp_test

import (
	"encoding/json"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

func TestTestStates(t *testing.T) {
	failing := func(name string) *interp.Mock { return &interp.Mock{Error: name, Cause: "c"} }
	for _, c := range []struct {
		name, state, input string
		with               interp.TestStateInput
		status, output     string
		inspection         string
	}{
		{name: "Wait does not wait", state: `{"Type":"Wait","Seconds":1000,"InputPath":"$.a","Next":"Z"}`, input: `{"a":1}`,
			status: "SUCCEEDED", output: "1", inspection: `{"input":"{\"a\":1}","afterInputPath":"1"}`},
		{name: "variables", state: `{"Type":"Pass","Parameters":{"v.$":"$v"},"Assign":{"w":2},"Next":"Z"}`, input: `{}`, with: interp.TestStateInput{Variables: json.RawMessage(`{"v":1}`)},
			status: "SUCCEEDED", output: `{"v":1}`,
			inspection: `{"input":"{}","afterInputPath":"{}","afterParameters":"{\"v\":1}","afterResultSelector":"{\"v\":1}","afterResultPath":"{\"v\":1}","variables":"{\"v\":1,\"w\":2}"}`},
		{name: "retry", state: `{"Type":"Task",` + function + `,"Retry":[{"ErrorEquals":["X"]},{"ErrorEquals":["E"],"IntervalSeconds":3}],"Next":"Z"}`, input: `1`,
			with:   interp.TestStateInput{Mock: failing("E"), RetrierRetryCount: 2},
			status: "RETRIABLE", inspection: `{"input":"1","afterInputPath":"1","afterParameters":"1","errorDetails":{"retryBackoffIntervalSeconds":12,"retryIndex":1}}`},
		{name: "retries used up, then caught", state: `{"Type":"Task",` + function + `,"Retry":[{"ErrorEquals":["E"],"MaxAttempts":2}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Z"}],"Next":"Y"}`, input: `1`,
			with:   interp.TestStateInput{Mock: failing("E"), RetrierRetryCount: 2},
			status: "CAUGHT_ERROR", output: `{"Error":"E","Cause":"c"}`, inspection: `{"input":"1","afterInputPath":"1","afterParameters":"1","errorDetails":{"catchIndex":0}}`},
		{name: "causes do not name the state", state: `{"Type":"Pass","OutputPath":"$.no","Next":"Z"}`, input: `1`, status: "FAILED",
			inspection: `{"input":"1","afterInputPath":"1","afterParameters":"1","afterResultSelector":"1","afterResultPath":"1"}`},
		{name: "a Map's selector, batches and tolerance", state: `{"Type":"Map","ItemSelector":{"v.$":"$$.Map.Item.Value"},"ItemBatcher":{"MaxItemsPerBatch":2},"ToleratedFailureCount":1,"ToleratedFailurePercentage":50,
"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"Next":"Z"}`, input: `[1,2,3]`,
			with:   interp.TestStateInput{Mock: &interp.Mock{Result: json.RawMessage(`[7]`)}, MapIterationFailureCount: 1},
			status: "SUCCEEDED", output: `[7]`,
			inspection: `{"input":"[1,2,3]","afterInputPath":"[1,2,3]","afterItemSelector":"[{\"v\":1},{\"v\":2},{\"v\":3}]","afterItemBatcher":"[{\"Items\":[{\"v\":1},{\"v\":2}]},{\"Items\":[{\"v\":3}]}]",` +
				`"maxConcurrency":0,"toleratedFailureCount":1,"toleratedFailurePercentage":50,"afterResultSelector":"[7]","afterResultPath":"[7]"}`},
		{name: "too many failed iterations", state: `{"Type":"Map","ToleratedFailureCount":1,"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"Next":"Z"}`, input: `[]`,
			with:   interp.TestStateInput{Mock: &interp.Mock{Result: json.RawMessage(`[]`)}, MapIterationFailureCount: 2},
			status: "FAILED", inspection: `{"input":"[]","afterInputPath":"[]","maxConcurrency":0,"toleratedFailureCount":1}`},
		{name: "branches need a mock", state: `{"Type":"Parallel","Branches":[` + taskB + `],"Next":"Z"}`, input: `1`, status: "FAILED", inspection: `{"input":"1"}`},
		{name: "branches that fail", state: `{"Type":"Parallel","Branches":[` + taskB + `],"Next":"Z"}`, input: `1`, with: interp.TestStateInput{Mock: failing("E")}, status: "FAILED", inspection: `{"input":"1"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := tryState(t, c.state, c.input, c.with)
			if r.Status != c.status || string(r.Output) != c.output || value.Text(r.Inspection) != c.inspection {
				t.Errorf("got  %s %s %s %s\n%s\nwant %s %s\n%s", r.Status, r.Output, r.Error, r.Cause, value.Text(r.Inspection), c.status, c.output, c.inspection)
			}
			if r.Status == "SUCCEEDED" && r.NextState != "Z" {
				t.Errorf("next state %q", r.NextState)
			}
		})
	}
}

func tryState(t *testing.T, state, input string, with interp.TestStateInput) interp.TestStateResult {
	t.Helper()
	m := parse(t, one(state))
	with.Inspect, with.Info, with.At, with.Input = true, sampleInfo, time.Unix(0, 0), json.RawMessage(input)
	testState, err := interp.NewTestState(m, m.State("A"), with)
	if err != nil {
		t.Fatal(err)
	}
	if task, ok := testState.Start(); ok {
		t.Fatalf("an unexpected task: %+v", task)
	}
	return testState.Result()
}

func TestTestStatesRefuse(t *testing.T) {
	m := parse(t, one(`{"Type":"Pass","End":true}`))
	for name, with := range map[string]interp.TestStateInput{
		"input":     {Input: json.RawMessage(`{`)},
		"context":   {Input: json.RawMessage(`1`), Context: json.RawMessage(`[]`)},
		"variables": {Input: json.RawMessage(`1`), Variables: json.RawMessage(`x`)},
	} {
		if _, err := interp.NewTestState(m, m.State("A"), with); err == nil {
			t.Errorf("a bad %s is taken", name)
		}
	}
}
