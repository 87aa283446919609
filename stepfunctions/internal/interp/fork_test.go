package interp_test

import (
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

const taskB = `{"StartAt":"B","States":{"B":{"Type":"Task",` + function + `,"End":true}}}`

func TestParallelAndMap(t *testing.T) {
	runAll(t, []specCase{
		{name: "branches get the same input", definition: one(`{"Type":"Parallel","Parameters":{"x.$":"$.a"},"Branches":[` + taskB + `,{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}],"ResultPath":"$.r","End":true}`),
			input: `{"a":1}`, script: script{"B": {ok("2")}}, output: `{"a":1,"r":[2,{"x":1}]}`},
		{name: "a failed branch fails the state", definition: one(`{"Type":"Parallel","Branches":[` + taskB + `,{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":9,"End":true}}}],"End":true}`),
			script: script{"B": {bad("E", "c")}}, error: "E", cause: "c"},
		{name: "items", definition: one(`{"Type":"Map","ItemsPath":"$.a","ItemSelector":{"i.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value","all.$":"$.b"},"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"ResultPath":"$.r","End":true}`),
			input: `{"a":["x","y"],"b":7}`, output: `{"a":["x","y"],"b":7,"r":[{"all":7,"v":"x","i":0},{"all":7,"v":"y","i":1}]}`},
		{name: "the item inside", definition: one(`{"Type":"Map","Iterator":{"StartAt":"P","States":{"P":{"Type":"Pass","Parameters":{"i.$":"$$.Map.Item.Index"},"End":true}}},"End":true}`),
			input: `["x"]`, output: `[{"i":0}]`},
		{name: "older Parameters", definition: one(`{"Type":"Map","Parameters":{"v.$":"$$.Map.Item.Value"},"Iterator":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true}`), input: `[3]`, output: `[{"v":3}]`},
		{name: "no items", definition: one(`{"Type":"Map","ItemProcessor":` + taskB + `,"End":true}`), input: `[]`, output: `[]`},
		{name: "no array", definition: one(`{"Type":"Map","ItemsPath":"$.a","ItemProcessor":` + taskB + `,"End":true}`), input: `{"a":1}`, error: "States.Runtime", cause: `Reference path "$.a" must point to array.`},
		{name: "a failed iteration fails the state", definition: one(`{"Type":"Map","ItemProcessor":` + taskB + `,"Catch":[{"ErrorEquals":["E"],"Next":"Y"}],"End":true}`),
			input: `[1,2,3]`, script: script{"B": {ok("1"), bad("E", "c")}}, output: `"Y"`},
		{name: "a selector leading nowhere", definition: one(`{"Type":"Map","ItemSelector":{"v.$":"$.no"},"ItemProcessor":` + taskB + `,"End":true}`), input: `[1,2]`,
			error: "States.Runtime", cause: "specified for the field 'v.$' could not be found in the input '[1,2]'"},
		{name: "concurrency beyond its bound", definition: one(`{"Type":"Map","ItemsPath":"$.a","MaxConcurrencyPath":"$.n","ItemProcessor":` + taskB + `,"End":true}`),
			input: `{"a":[],"n":2147483648}`, error: "States.Runtime", cause: `The MaxConcurrencyPath field refers to value "2147483648" which is greater than 2147483647: $.n`},
		{name: "concurrency that is no number", definition: one(`{"Type":"Map","ItemsPath":"$.a","MaxConcurrencyPath":"$.n","ItemProcessor":` + taskB + `,"End":true}`),
			input: `{"a":[],"n":{}}`, error: "States.Runtime", cause: `The MaxConcurrencyPath field refers to value "{}" which is not a valid integer: $.n`},
	})
}

func TestMapConcurrency(t *testing.T) {
	for concurrency, want := range map[string]int{"1": 1, "3": 3, "0": 40, "100": 40} {
		p := start(t, one(`{"Type":"Map","MaxConcurrency":`+concurrency+`,"ItemProcessor":`+taskB+`,"End":true}`), "["+strings.Repeat("1,", 59)+"1]", nil)
		if tasks, _ := p.run.Outstanding(); len(tasks) != want {
			t.Errorf("MaxConcurrency %s: %d at a time, want %d", concurrency, len(tasks), want)
		}
	}
}

func TestFailureStopsTheOthers(t *testing.T) {
	p := start(t, one(`{"Type":"Parallel","Branches":[`+taskB+`,{"StartAt":"C","States":{"C":{"Type":"Task",`+function+`,"TimeoutSeconds":9,"End":true}}}],"End":true}`), "{}",
		script{"B": {bad("E", "c")}})
	p.end(t)
	if tasks, timers := p.run.Outstanding(); len(tasks)+len(timers) != 0 || !p.dropped[2] || !p.dropped[3] {
		t.Errorf("still waits for %v %v; dropped %v", tasks, timers, p.dropped)
	}
	if !strings.HasSuffix(p.types(), "LambdaFunctionFailed TaskStateAborted TaskStateAborted ParallelStateFailed ExecutionFailed") {
		t.Error(p.types())
	}
	m := start(t, one(`{"Type":"Map","ItemProcessor":`+taskB+`,"End":true}`), "[1,2]", script{"B": {bad("E", "c")}})
	m.end(t)
	if !strings.HasSuffix(m.types(), "LambdaFunctionFailed MapIterationFailed TaskStateAborted MapIterationAborted MapStateFailed ExecutionFailed") {
		t.Error(m.types())
	}
}

// TestNothingCatchesARuntimeFailure: it ends the execution where it happens,
// without a word of the states around it, and a redrive begins there.
func TestNothingCatchesARuntimeFailure(t *testing.T) {
	const (
		broken = `{"StartAt":"X","States":{"X":{"Type":"Pass","Parameters":{"v.$":"$.no"},"End":true}}}`
		caught = `"Retry":[{"ErrorEquals":["States.ALL"]}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Z"}],"End":true}`
		inner  = `{"Type":"Map","ItemsPath":"$.a","MaxConcurrency":1,"ItemProcessor":` + broken + `,"End":true}`
	)
	for state, want := range map[string]string{
		`{"Type":"Parallel","Branches":[` + taskB + `,` + broken + `],` + caught:                                "ParallelStateStarted TaskStateEntered LambdaFunctionScheduled PassStateEntered ExecutionFailed",
		`{"Type":"Map","ItemsPath":"$.a","ItemProcessor":` + broken + `,` + caught:                              "MapStateStarted MapIterationStarted MapIterationStarted PassStateEntered ExecutionFailed",
		`{"Type":"Map","ItemsPath":"$.a","ItemSelector":{"v.$":"$.no"},"ItemProcessor":` + taskB + `,` + caught: "MapStateStarted MapIterationStarted ExecutionFailed",
		`{"Type":"Parallel","Branches":[{"StartAt":"M","States":{"M":` + inner + `}}],` + caught:                "MapStateStarted MapIterationStarted PassStateEntered ExecutionFailed",
	} {
		p := start(t, one(state), `{"a":[1,2]}`, nil)
		if last := p.events[len(p.events)-1]; !strings.HasSuffix(p.types(), want) || last.Previous != last.ID-1 {
			t.Errorf("%s, the last one follows %d", p.types(), last.Previous)
		}
		for range 2 {
			if o := p.end(t); o.Error != "States.Runtime" {
				t.Errorf("%+v", o)
			}
			if tasks, timers := p.run.Outstanding(); len(tasks)+len(timers) != 0 {
				t.Errorf("still waits for %v %v", tasks, timers)
			}
			p.apply(interp.Input{Kind: interp.Redriven})
		}
	}
}

// A child execution of a Map Run ends in the same way, and counts as one failure.
func TestARuntimeFailureEndsOneChild(t *testing.T) {
	specCase{
		definition: one(`{"Type":"Map","ItemsPath":"$.a","ToleratedFailureCount":1,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[
{"StartAt":"X","States":{"X":{"Type":"Pass","Parameters":{"v.$":"$.v"},"End":true}}}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"C"}],"End":true},"C":{"Type":"Pass","End":true}}},"End":true}`),
		input: `{"a":[{"v":1},{}]}`, output: `[[{"v":1}]]`,
	}.run(t)
}

func TestAbortingAMapRun(t *testing.T) {
	p := start(t, one(`{"Type":"Parallel","Branches":[`+taskB+`,{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.a","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"C","States":{"C":{"Type":"Wait","Seconds":9,"End":true}}},"End":true}}}],"End":true}`),
		`{"a":[1,2]}`, script{"B": {bad("E", "c")}})
	p.end(t)
	if _, timers := p.run.Outstanding(); len(timers) != 0 || !strings.HasSuffix(p.types(), "MapRunAborted MapStateAborted ParallelStateFailed ExecutionFailed") {
		t.Error(timers, p.types())
	}
}

func TestVariables(t *testing.T) {
	use := `"Next":"U"},"U":{"Type":"Pass","Parameters":{"v.$":"$v"},"End":true}}}`
	runAll(t, []specCase{
		{name: "Pass assigns its result", definition: `{"StartAt":"A","States":{"A":{"Type":"Pass","Result":{"x":1},"ResultPath":"$.r","Assign":{"v.$":"$.x"},` + use, output: `{"v":1}`},
		{name: "Task assigns its result", definition: `{"StartAt":"A","States":{"A":{"Type":"Task",` + function + `,"ResultSelector":{"y.$":"$.x"},"Assign":{"v.$":"$.x"},` + use,
			script: script{"A": {ok(`{"x":1}`)}}, output: `{"v":1}`},
		{name: "Wait assigns its input", definition: `{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1,"InputPath":"$.a","Assign":{"v.$":"$.b"},` + use, input: `{"a":{"b":1}}`, output: `{"v":1}`},
		{name: "all expressions see the old values", definition: `{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"v":1,"w":2},"Next":"B"},"B":{"Type":"Pass","Assign":{"v.$":"$w","w.$":"$v"},"Next":"C"},
"C":{"Type":"Pass","Parameters":{"v.$":"$v","w.$":"$w"},"End":true}}}`, output: `{"v":2,"w":1}`},
		{name: "inner scopes read outer variables", definition: `{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"v":[1,2]},"Next":"M"},"M":{"Type":"Map","ItemsPath":"$v","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","Parameters":{"v.$":"$v[0]"},"End":true}}},"End":true}}}`,
			output: `[{"v":1},{"v":1}]`},
		{name: "inner variables stay inside", definition: `{"StartAt":"M","States":{"M":{"Type":"Parallel","Branches":[{"StartAt":"I","States":{"I":{"Type":"Pass","Assign":{"v":1},"End":true}}}],` + use, error: "States.Runtime", cause: "'v'"},
		{name: "outer variables cannot be set inside", definition: `{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"v":1},"Next":"M"},"M":{"Type":"Parallel","Branches":[{"StartAt":"I","States":{"I":{"Type":"Pass","Assign":{"v":2},"End":true}}}],"End":true}}}`,
			error: "States.Runtime", cause: "outer scope"},
		{name: "too large", definition: `{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"v.$":"$","w.$":"$"},` + use, input: `"` + strings.Repeat("x", 200_000) + `"`, error: "States.DataLimitExceeded"},
		{name: "a distributed Map's children see none", definition: `{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{"v":[1]},"Next":"M"},"M":{"Type":"Map","ItemsPath":"$v","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"I","States":{"I":{"Type":"Pass","Parameters":{"v.$":"$v"},"End":true}}},"End":true}}}`,
			error: "States.ExceedToleratedFailureThreshold"},
	})
}

func TestWaiting(t *testing.T) {
	wait := func(how string) string { return one(`{"Type":"Wait",` + how + `,"End":true}`) }
	for _, c := range []struct{ how, input, want string }{
		{`"Seconds":0`, `{}`, "0s"},
		{`"Seconds":3600`, `{}`, "1h0m0s"},
		{`"SecondsPath":"$.n"`, `{"n":90}`, "1m30s"},
		{`"SecondsPath":"$.n"`, `{"n":2147483647}`, "596523h14m7s"},
		{`"TimestampPath":"$.n"`, `{"n":"2092-11-23T13:14:07Z"}`, "596523h14m7s"},
		{`"Timestamp":"2024-11-05T12:00:00Z"`, `{}`, "2h0m0s"},
		{`"Timestamp":"2024-11-05T11:00:01.5+01:00"`, `{}`, "1s"},
		{`"TimestampPath":"$.at"`, `{"at":"2024-11-05T10:00:01.999Z"}`, "1s"},
		{`"Timestamp":"2001-01-01T00:00:00Z"`, `{}`, "0s"},
		{`"TimestampPath":"$.at"`, `{"at":"2024-11-05T10:00:01Z"}`, "1s"},
	} {
		p := start(t, wait(c.how), c.input, nil)
		if o := p.end(t); o.Status != interp.StatusSucceeded || p.now.Sub(p.inputs[0].At).String() != c.want {
			t.Errorf("%s: %s after %v, want %s", c.how, o.Status, p.now.Sub(p.inputs[0].At), c.want)
		}
	}
	runAll(t, []specCase{
		{name: "fraction", definition: wait(`"SecondsPath":"$.n"`), input: `{"n":1.5}`, error: "States.Runtime", cause: "The SecondsPath parameter cannot be parsed as a long value: $.n == 1.5"},
		{name: "negative", definition: wait(`"SecondsPath":"$.n"`), input: `{"n":-1}`, error: "States.Runtime", cause: "The SecondsPath parameter references a negative value: $.n == -1"},
		{name: "missing", definition: wait(`"SecondsPath":"$.n"`), error: "States.Runtime", cause: "The SecondsPath parameter does not reference an input value: $.n"},
		{name: "too long by path", definition: wait(`"SecondsPath":"$.n"`), input: `{"n":2147483648}`, error: "States.Runtime", cause: "Wait state delay is too long."},
		{name: "the longest number", definition: wait(`"SecondsPath":"$.n"`), input: `{"n":9223372036854775807}`, error: "States.Runtime", cause: "Wait state delay is too long."},
		{name: "too long by a timestamp", definition: wait(`"Timestamp":"9999-12-31T23:59:59Z"`), error: "States.Runtime", cause: "Wait state delay is too long."},
		{name: "too long by a timestamp's path", definition: wait(`"TimestampPath":"$.n"`), input: `{"n":"2092-11-23T13:14:08Z"}`, error: "States.Runtime", cause: "Wait state delay is too long."},
		{name: "an offset of a day", definition: wait(`"TimestampPath":"$.n"`), input: `{"n":"2020-01-01T00:00:00+24:00"}`, error: "States.Runtime", cause: "format string: $.n == 2020-01-01T00:00:00+24:00"},
		{name: "an hour of one digit", definition: wait(`"TimestampPath":"$.n"`), input: `{"n":"2016-12-05T9:29:29Z"}`, error: "States.Runtime", cause: "format string: $.n == 2016-12-05T9:29:29Z"},
		{name: "no timestamp", definition: wait(`"TimestampPath":"$.n"`), input: `{"n":"2016-12-05 21:29:29Z"}`, error: "States.Runtime", cause: "format string: $.n == 2016-12-05 21:29:29Z"},
	})
}
