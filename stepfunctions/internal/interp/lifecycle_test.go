package interp_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

func TestDistributedMap(t *testing.T) {
	distributed := func(more, processor string) string {
		return one(`{"Type":"Map","ItemsPath":"$.a",` + more + `"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},` + processor[1:] + `,"End":true}`)
	}
	echo := `{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}`
	failures := script{"B": {ok("1"), bad("E", ""), ok("3"), bad("E", "")}}
	copied := func() script { return script{"B": append([]interp.Input(nil), failures["B"]...)} }
	const input = `{"a":[1,2,3,4],"n":2,"p":50}`
	runAll(t, []specCase{
		{name: "items", definition: distributed(``, echo), input: input, output: `[1,2,3,4]`},
		{name: "selected items", definition: distributed(`"ItemSelector":{"v.$":"$$.Map.Item.Value"},`, echo), input: input, output: `[{"v":1},{"v":2},{"v":3},{"v":4}]`},
		{name: "batches", definition: distributed(`"ItemBatcher":{"MaxItemsPerBatch":3,"BatchInput":{"n.$":"$.n"}},`, echo), input: input,
			output: `[{"BatchInput":{"n":2},"Items":[1,2,3]},{"BatchInput":{"n":2},"Items":[4]}]`},
		{name: "batches by path", definition: distributed(`"ItemBatcher":{"MaxItemsPerBatchPath":"$.n"},`, echo), input: input, output: `[{"Items":[1,2]},{"Items":[3,4]}]`},
		{name: "batches by size", definition: distributed(`"ItemBatcher":{"MaxInputBytesPerBatch":20},`, echo), input: `{"a":["1234567","1234567",1]}`, output: `[{"Items":["1234567"]},{"Items":["1234567"]},{"Items":[1]}]`},
		{name: "batch size beyond its bound", definition: distributed(`"ItemBatcher":{"MaxInputBytesPerBatchPath":"$.n"},`, echo), input: `{"a":[1],"n":262145}`, error: "States.Runtime", cause: "greater than 262144: $.n"},
		{name: "tolerated failures beyond their bound", definition: distributed(`"ToleratedFailureCountPath":"$.n",`, echo), input: `{"a":[1],"n":2147483648}`, error: "States.Runtime", cause: "greater than 2147483647: $.n"},
		{name: "batch size that is not positive", definition: distributed(`"ItemBatcher":{"MaxItemsPerBatchPath":"$.n"},`, echo), input: `{"a":[],"n":0}`, error: "States.Runtime", cause: "not a positive integer"},
		{name: "a child execution's context is its own", definition: one(`{"Type":"Map","ItemsPath":"$.a","ItemProcessor":{"StartAt":"D","States":{"D":{"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},
"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"in.$":"$$.Execution.Input"},"End":true}}},"End":true}}},"End":true}`), input: `{"a":[[5]]}`, output: `[[{"in":5}]]`},
		{name: "and has no item", definition: one(`{"Type":"Map","ItemsPath":"$.a","ItemProcessor":{"StartAt":"D","States":{"D":{"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},
"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"i.$":"$$.Map.Item.Index"},"End":true}}},"End":true}}},"End":true}`), input: `{"a":[[5]]}`, error: "States.ExceedToleratedFailureThreshold"},
		{name: "no failure is tolerated", definition: distributed(``, taskB), input: input, script: copied(), error: "States.ExceedToleratedFailureThreshold", cause: "The specified tolerated failure threshold was exceeded"},
		{name: "one failure too many", definition: distributed(`"ToleratedFailureCount":1,`, taskB), input: input, script: copied(), error: "States.ExceedToleratedFailureThreshold"},
		{name: "tolerated failures leave no result", definition: distributed(`"ToleratedFailureCountPath":"$.n",`, taskB), input: input, script: copied(), output: `[1,3]`},
		{name: "tolerated percentage", definition: distributed(`"ToleratedFailurePercentagePath":"$.p",`, taskB), input: input, script: copied(), output: `[1,3]`},
		{name: "percentage exceeded", definition: distributed(`"ToleratedFailurePercentage":25,`, taskB), input: input, script: copied(), error: "States.ExceedToleratedFailureThreshold"},
		{name: "percentage that is none", definition: distributed(`"ToleratedFailurePercentagePath":"$.p",`, taskB), input: `{"a":[],"p":101}`, error: "States.Runtime", cause: "ToleratedFailurePercentage must be between 0 and 100."},
		{name: "an endless child is stopped by its own limit", definition: distributed(``, `{"StartAt":"P","States":{"P":{"Type":"Pass","Next":"P"}}}`), input: input, error: "States.ExceedToleratedFailureThreshold"},
		{name: "and so is one whose parts fill it", definition: distributed(``, `{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$$.Execution.Input","ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"Next":"M"}}}`),
			input: `{"a":[[1,2],[1,2,3]]}`, error: "States.ExceedToleratedFailureThreshold"},
	})
	p := start(t, distributed(`"Label":"L",`, taskB), `{"a":[1]}`, nil)
	if tasks, _ := p.run.Outstanding(); len(tasks) != 1 || p.run.Events() != 4 {
		t.Errorf("tasks %v, events %s", tasks, p.types())
	}
	if arn := p.events[3].Details["mapRunArn"].(string); !strings.HasPrefix(arn, "arn:aws:states:us-east-1:111111111111:mapRun:m/L:") {
		t.Error(arn)
	}
}

func TestStopping(t *testing.T) {
	p := start(t, one(`{"Type":"Wait","Seconds":9,"End":true}`), "{}", nil)
	e := p.apply(interp.Input{Kind: interp.Stopped, Error: "E", Cause: "c"})
	if e.Outcome == nil || e.Outcome.Status != interp.StatusAborted || e.Outcome.Error != "E" || len(e.Dropped) != 1 {
		t.Errorf("%+v", e)
	}
	last := p.events[len(p.events)-1]
	if last.Type != "ExecutionAborted" || last.Previous != 0 || last.Details["cause"] != "c" {
		t.Errorf("%+v", last)
	}
	if e := p.apply(interp.Input{Kind: interp.Stopped}); e.Outcome != nil {
		t.Error("a run is stopped twice")
	}
}

func TestRedriving(t *testing.T) {
	chainOf := `{"StartAt":"P","TimeoutSeconds":60,"States":{"P":{"Type":"Pass","Result":{"p":1},"Next":"A"},"A":{"Type":"Task",` + function + `,"Parameters":{"in.$":"$","n.$":"$$.State.RetryCount","r.$":"$$.Execution.RedriveCount"},"Retry":[{"ErrorEquals":["E"],"MaxAttempts":1}],"End":true}}}`
	p := start(t, chainOf, "{}", script{"A": {bad("E", ""), bad("E", ""), bad("E", ""), ok("7")}})
	if o := p.end(t); o.Status != interp.StatusFailed {
		t.Fatalf("%+v", o)
	}
	before := len(p.events)
	e := p.apply(interp.Input{Kind: interp.Redriven})
	if len(e.Tasks) != 1 || string(e.Tasks[0].Parameters) != `{"r":1,"in":{"p":1},"n":0}` {
		t.Fatalf("%+v", e)
	}
	if o := p.end(t); string(o.Output) != "7" {
		t.Errorf("%+v", o)
	}
	got := p.types()[len(strings.Join(strings.Fields(p.types())[:before], " "))+1:]
	if want := "ExecutionRedriven LambdaFunctionScheduled LambdaFunctionStarted LambdaFunctionFailed LambdaFunctionScheduled LambdaFunctionStarted LambdaFunctionSucceeded TaskStateExited ExecutionSucceeded"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if e := p.apply(interp.Input{Kind: interp.Redriven}); len(e.Tasks) != 0 || p.run.Outcome().Status != interp.StatusSucceeded {
		t.Error("a run that succeeded was redriven")
	}
}

// TestRedrivingParts: branches and iterations that succeeded are not done again.
func TestRedrivingParts(t *testing.T) {
	for name, definition := range map[string]string{
		"Parallel": one(`{"Type":"Parallel","Branches":[` + taskB + `,` + strings.ReplaceAll(taskB, `"B"`, `"C"`) + `],"End":true}`),
		"Map":      one(`{"Type":"Map","MaxConcurrency":1,"ItemsPath":"$.a","ItemProcessor":` + taskB + `,"End":true}`),
		"Map Run":  one(`{"Type":"Map","ItemsPath":"$.a","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},` + taskB[1:] + `,"End":true}`),
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, definition, `{"a":[1,2]}`, script{"B": {ok("1"), bad("E", ""), ok("2")}, "C": {bad("E", ""), ok("2")}})
			p.end(t)
			e := p.apply(interp.Input{Kind: interp.Redriven})
			if len(e.Tasks) != 1 {
				t.Fatalf("%+v", e.Tasks)
			}
			if o := p.end(t); string(o.Output) != "[1,2]" {
				t.Errorf("%+v", o)
			}
		})
	}
}

func TestHistoryLimit(t *testing.T) {
	o := start(t, `{"StartAt":"P","States":{"P":{"Type":"Pass","Next":"P"}}}`, "{}", nil)
	if got := o.end(t); got.Status != interp.StatusFailed || got.Error != "States.Runtime" || !strings.Contains(got.Cause, "maximum number of history events (25000)") {
		t.Errorf("%+v", got)
	}
	if last := o.events[len(o.events)-1]; last.ID != 25_000 || last.Type != "ExecutionFailed" {
		t.Errorf("%+v", last)
	}
	o.apply(interp.Input{Kind: interp.Redriven})
	if o.run.Outcome() == nil {
		t.Error("a run with a full history was redriven")
	}
}

func TestTokens(t *testing.T) {
	long := sampleInfo
	long.ExecutionARN = "arn:aws:states:ap-southeast-2:111111111111:execution:" + strings.Repeat("m", 80) + ":" + strings.Repeat("é", 80)
	token := interp.Token(long, 1<<40)
	if len(token) > 1024 {
		t.Errorf("a token of %d characters", len(token))
	}
	arn, ref, err := interp.ParseToken(token)
	if err != nil || arn != long.ExecutionARN || ref != 1<<40 || !interp.ValidToken(long, ref, token) {
		t.Errorf("%q %d %v", arn, ref, err)
	}
	other := long
	other.Seed[15]++
	if interp.ValidToken(other, ref, token) || interp.ValidToken(long, ref+1, token) {
		t.Error("a token is valid for another seed or task")
	}
	for _, text := range []string{"", "x", "!", token[:20], "AAAA", token + "="} {
		if _, _, err := interp.ParseToken(text); !errors.Is(err, interp.ErrToken) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestLambdaRequests(t *testing.T) {
	for parameters, want := range map[string]string{
		`{"FunctionName":"f"}`:                                      `f {}`,
		`{"FunctionName":"f","Payload":null}`:                       `f {}`,
		`{"FunctionName":"f","Qualifier":"live","Payload":{"a":1}}`: `f:live {"a":1}`,
		`{"FunctionName":"f","Payload":"{\"a\": 1}"}`:               `f {"a": 1}`,
		`{"FunctionName":"f","Payload":"plain"}`:                    `f "plain"`,
		`{"FunctionName":"f","Payload":[1.0]}`:                      `f [1.0]`,
	} {
		p := start(t, one(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":`+parameters+`,"End":true}`), "{}", nil)
		tasks, _ := p.run.Outstanding()
		if got := tasks[0].Function + " " + string(tasks[0].Payload); got != want {
			t.Errorf("%s: %s, want %s", parameters, got, want)
		}
	}
}

func TestLambdaResults(t *testing.T) {
	invoke := func(more string) string {
		return one(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"` + more + `},"OutputPath":"$.LogResult","End":true}`)
	}
	runAll(t, []specCase{
		{name: "a log that was asked for", definition: invoke(`,"LogType":"Tail"`), script: script{"A": {ok("1")}}, output: `""`},
		{name: "and one that was not", definition: invoke(`,"LogType":"None"`), script: script{"A": {ok("1")}}, error: "States.Runtime", cause: "Invalid path '$.LogResult'"},
		{name: "a function that is no text", definition: one(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName.$":"$.n"},"End":true}`), input: `{"n":5}`,
			error: "States.Runtime", cause: `The Parameters '{"FunctionName":5}' could not be used to start the Task: [The value for the field 'FunctionName' must be a STRING]`},
		{name: "a payload that is a number", definition: one(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Payload.$":"$.n"},"End":true}`), input: `{"n":1}`,
			error: "States.Runtime", cause: `The Parameters '{"FunctionName":"f","Payload":1}' could not be used to start the Task: [The value for the field 'Payload' must be a STRING]`},
		{name: "a function without a name", definition: one(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName.$":"$.n"},"End":true}`), input: `{"n":""}`,
			error: "States.Runtime", cause: `could not be used to start the Task: [The value of the field 'FunctionName' has an invalid format]`},
		{name: "a state machine that is no text", definition: one(`{"Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2","Parameters":{"StateMachineArn.$":"$.n","Name.$":"$.n"},"End":true}`), input: `{"n":[]}`,
			error: "States.Runtime", cause: `[The value for the field 'StateMachineArn' must be a STRING, The value for the field 'Name' must be a STRING]`},
		{name: "a parameter that is none", definition: invoke(`,"TaskToken.$":"$.n"`), input: `{"n":1}`,
			error: "States.Runtime", cause: `could not be used to start the Task: [The field "TaskToken" is not supported by Step Functions]`},
		{name: "an asynchronous call", definition: invoke(`,"InvocationType":"Event"`), error: "States.Runtime", cause: `The InvocationType "Event" is not supported`},
	})
}

func TestFunctionFailure(t *testing.T) {
	for answer, want := range map[string]string{
		`{"errorType":"Oops","errorMessage":"m"}`: "Oops",
		`{"errorMessage":"m"}`:                    "Lambda.Unknown",
		`null`:                                    "Lambda.Unknown",
		`not JSON`:                                "Lambda.Unknown",
	} {
		name, cause := interp.FunctionFailure([]byte(answer))
		if name != want || !strings.Contains(cause, answer) {
			t.Errorf("%s: %s %s", answer, name, cause)
		}
	}
}

// An input that a run does not accept does nothing to it: a replay that meets such an
// input is not the run that it was written for.
func TestAccepts(t *testing.T) {
	const task, timer = 2, 1 // the machine's timeout has the first ref
	definition := `{"TimeoutSeconds": 60, "StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:111111111111:function:f", "End": true}}}`
	started := interp.Input{Kind: interp.Started, Output: []byte(`{}`)}
	succeeded := interp.Input{Kind: interp.TaskSucceeded, Ref: task, Output: []byte(`1`)}
	timedOut := interp.Input{Kind: interp.TimerFired, Ref: timer}
	stopped, redriven := interp.Input{Kind: interp.Stopped}, interp.Input{Kind: interp.Redriven}
	all := []interp.Input{started, succeeded, timedOut, stopped, redriven,
		{Kind: interp.TaskFailed, Ref: timer}, {Kind: interp.TimerFired, Ref: task}, {Kind: interp.TaskHeartbeat, Ref: 9}}
	for name, tt := range map[string]struct{ before, accepted []interp.Input }{
		"new":       {nil, []interp.Input{started}},
		"running":   {[]interp.Input{started}, []interp.Input{succeeded, timedOut, stopped}},
		"succeeded": {[]interp.Input{started, succeeded}, nil},
		"timed out": {[]interp.Input{started, timedOut}, []interp.Input{redriven}},
		"aborted":   {[]interp.Input{started, stopped}, []interp.Input{redriven}},
	} {
		for _, in := range all {
			var events int64
			r := interp.New(parse(t, definition), sampleInfo, interp.WithHistory(func(e interp.Event) { events = e.ID }))
			for _, before := range tt.before {
				before.At = time.Unix(1, 0)
				r.Apply(before)
			}
			want := false
			for _, h := range tt.accepted {
				want = want || reflect.DeepEqual(h, in)
			}
			got, was := r.Accepts(in), events
			effects := r.Apply(in)
			done := events > was || !reflect.DeepEqual(effects, interp.Effects{})
			if got != want || done != want {
				t.Errorf("%s: %+v: accepts it: %t, does something: %t, want %t", name, in, got, done, want)
			}
		}
	}
}
