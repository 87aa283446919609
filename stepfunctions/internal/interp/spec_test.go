package interp_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// script says how the tasks of a state are answered, one after the other;
// a task for which nothing is left is not answered.
type script map[string][]interp.Input

func ok(output string) interp.Input {
	return interp.Input{Kind: interp.TaskSucceeded, Output: json.RawMessage(output)}
}

func bad(name, cause string) interp.Input {
	return interp.Input{Kind: interp.TaskFailed, Error: name, Cause: cause}
}

// silent leaves one task unanswered.
var silent = interp.Input{}

// played is a scripted execution.
type played struct {
	*harness
	events []interp.Event
}

func start(t *testing.T, definition, input string, s script) *played {
	t.Helper()
	p := &played{}
	r := interp.New(parse(t, definition), sampleInfo, interp.WithHistory(func(e interp.Event) { p.events = append(p.events, e) }))
	p.harness = newHarness(r, func(task interp.Task) []interp.Input {
		left := s[task.State]
		if len(left) == 0 {
			return nil
		}
		s[task.State] = left[1:]
		if left[0].Kind == silent.Kind {
			return nil
		}
		return left[:1]
	})
	p.harness.start(input)
	return p
}

func (p *played) end(t *testing.T) interp.Outcome {
	t.Helper()
	p.until(t, func() bool { return p.run.Outcome() != nil })
	return *p.run.Outcome()
}

func (p *played) types() string {
	names := make([]string, len(p.events))
	for i, e := range p.events {
		names[i] = e.Type
	}
	return strings.Join(names, " ")
}

// one returns a machine of the state A and, for where it leads, Z.
func one(state string) string {
	return `{"StartAt":"A","States":{"A":` + state + `,"Z":{"Type":"Pass","End":true},"Y":{"Type":"Pass","Result":"Y","End":true}}}`
}

const function = `"Resource":"arn:aws:lambda:us-east-1:111111111111:function:f"`

type specCase struct {
	name       string
	definition string
	input      string
	script     script
	output     string // of a success
	error      string // of a failure
	cause      string // a part of the failure's cause
}

func (c specCase) run(t *testing.T) {
	if c.input == "" {
		c.input = "{}"
	}
	o := start(t, c.definition, c.input, c.script).end(t)
	if c.error != "" {
		if o.Status != interp.StatusFailed || o.Error != c.error || !strings.Contains(o.Cause, c.cause) {
			t.Errorf("got %+v, want %s %q", o, c.error, c.cause)
		}
		return
	}
	if o.Status != interp.StatusSucceeded || string(o.Output) != c.output {
		t.Errorf("got %s %s %s %s, want %s", o.Status, o.Output, o.Error, o.Cause, c.output)
	}
}

func runAll(t *testing.T, cases []specCase) {
	for _, c := range cases {
		t.Run(c.name, c.run)
	}
}

// As many variables as a definition has room for.
func TestManyVariables(t *testing.T) {
	var first, second []string
	for i := range 20_000 {
		first = append(first, fmt.Sprintf(`"v%d":0`, i))
		second = append(second, fmt.Sprintf(`"v%d.$":"$v%d"`, i, i))
	}
	specCase{
		definition: `{"StartAt":"A","States":{"A":{"Type":"Pass","Assign":{` + strings.Join(first, ",") + `},"Next":"B"},
			"B":{"Type":"Pass","Assign":{` + strings.Join(second, ",") + `},"Next":"C"},"C":{"Type":"Pass","Parameters":{"last.$":"$v19999"},"End":true}}}`,
		output: `{"last":0}`,
	}.run(t)
}

func TestDataFlow(t *testing.T) {
	runAll(t, []specCase{
		{name: "untouched text passes letter for letter", definition: one(`{"Type":"Pass","Next":"Z"}`), input: `{ "b":1.0, "a": [ ] }`, output: `{ "b":1.0, "a": [ ] }`},
		{name: "InputPath", definition: one(`{"Type":"Pass","InputPath":"$.a","End":true}`), input: `{"a":{"z":1,"b":2.50}}`, output: `{"z":1,"b":2.50}`},
		{name: "InputPath null", definition: one(`{"Type":"Pass","InputPath":null,"End":true}`), input: `{"a":1}`, output: `{}`},
		{name: "OutputPath null", definition: one(`{"Type":"Pass","OutputPath":null,"End":true}`), input: `{"a":1}`, output: `{}`},
		{name: "ResultPath into the raw input", definition: one(`{"Type":"Pass","InputPath":"$.a","Result":7,"ResultPath":"$.r.s","End":true}`), input: `{"a":1}`, output: `{"a":1,"r":{"s":7}}`},
		{name: "ResultPath null", definition: one(`{"Type":"Pass","Result":7,"ResultPath":null,"End":true}`), input: `{"a":1}`, output: `{"a":1}`},
		{name: "a null Result is a result", definition: one(`{"Type":"Pass","Result":null,"End":true}`), input: `{"a":1}`, output: `null`},
		{name: "ResultPath that does not fit", definition: one(`{"Type":"Pass","Result":7,"ResultPath":"$.a","End":true}`), input: `[1]`,
			error: "States.ResultPathMatchFailure", cause: "Unable to apply ReferencePath $.a to input [1]"},
		{name: "Parameters", definition: one(`{"Type":"Pass","Parameters":{"l":{"x":[1,{"y.$":"$.a"}]},"d.$":"$"},"End":true}`), input: `{"a":1}`, output: `{"l":{"x":[1,{"y":1}]},"d":{"a":1}}`},
		{name: "Parameters leading nowhere", definition: one(`{"Type":"Pass","Parameters":{"d.$":"$.x"},"End":true}`), input: `{"a":1}`,
			error: "States.Runtime", cause: `The JSONPath '$.x' specified for the field 'd.$' could not be found in the input '{"a":1}'`},
		{name: "a time without a fraction", definition: one(`{"Type":"Pass","Parameters":{"t.$":"$$.State.EnteredTime"},"End":true}`), output: `{"t":"2024-11-05T10:00:00Z"}`},
		{name: "an index past the end is null in a template", definition: one(`{"Type":"Pass","Parameters":{"d.$":"$.a[3]"},"End":true}`), input: `{"a":[1]}`, output: `{"d":null}`},
		{name: "ResultSelector sees the result", definition: one(`{"Type":"Task",` + function + `,"ResultSelector":{"s.$":"$.x"},"ResultPath":"$.r","End":true}`),
			input: `{"a":1}`, script: script{"A": {ok(`{"x":5}`)}}, output: `{"a":1,"r":{"s":5}}`},
		{name: "OutputPath after ResultPath", definition: one(`{"Type":"Task",` + function + `,"ResultPath":"$.r","OutputPath":"$.r","End":true}`),
			input: `{"a":1}`, script: script{"A": {ok(`5`)}}, output: `5`},
		{name: "OutputPath leading nowhere", definition: one(`{"Type":"Pass","OutputPath":"$.no","End":true}`), error: "States.Runtime", cause: "Invalid path '$.no' : No results for path: $['no']"},
		{name: "Succeed selects", definition: one(`{"Type":"Succeed","InputPath":"$.a","OutputPath":"$.b"}`), input: `{"a":{"b":3}}`, output: `3`},
		{name: "a result that is not JSON", definition: one(`{"Type":"Task",` + function + `,"End":true}`), script: script{"A": {ok(`{`)}}, error: "States.Runtime", cause: "not JSON"},
		{name: "a result of more than 262,144 bytes", definition: one(`{"Type":"Task",` + function + `,"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Y"}],"End":true}`),
			script: script{"A": {ok(`"` + strings.Repeat("x", 262143) + `"`)}}, output: `"Y"`},
		{name: "an output of more than 262,144 bytes is not caught", definition: one(`{"Type":"Task",` + function + `,"ResultPath":"$.r","Catch":[{"ErrorEquals":["States.ALL"],"Next":"Y"}],"End":true}`),
			input: `{"a":"` + strings.Repeat("y", 100) + `"}`, script: script{"A": {ok(`"` + strings.Repeat("x", 262100) + `"`)}}, error: "States.DataLimitExceeded", cause: "The state/task 'A' returned a result with a size exceeding"},
		{name: "unless by its name", definition: one(`{"Type":"Task",` + function + `,"ResultPath":"$.r","Catch":[{"ErrorEquals":["States.DataLimitExceeded"],"Next":"Y"}],"End":true}`),
			input: `{"a":"` + strings.Repeat("y", 100) + `"}`, script: script{"A": {ok(`"` + strings.Repeat("x", 262100) + `"`)}}, output: `"Y"`},
		{name: "Parameters that make the input too large", definition: one(`{"Type":"Task",` + function + `,"Parameters":{"a.$":"$","b.$":"$"},"End":true}`),
			input: `"` + strings.Repeat("x", 200_000) + `"`, error: "States.DataLimitExceeded", cause: "The state/task 'A' provided parameters with a size exceeding"},
	})
}

func TestChoices(t *testing.T) {
	rule := func(condition string) string {
		return one(`{"Type":"Choice","Choices":[{` + condition + `,"Next":"Y"}],"Default":"Z"}`)
	}
	const yes = `"Y"`
	runAll(t, []specCase{
		{name: "first rule that holds", definition: one(`{"Type":"Choice","Choices":[{"Variable":"$.a","NumericEquals":1,"Next":"Y"},{"Variable":"$.a","IsPresent":true,"Next":"Z"}]}`), input: `{"a":1}`, output: yes},
		{name: "default", definition: rule(`"Variable":"$.a","NumericEquals":1`), input: `{"a":2}`, output: `{"a":2}`},
		{name: "and, or, not", definition: rule(`"And":[{"Variable":"$.a","IsNumeric":true},{"Or":[{"Variable":"$.a","NumericEquals":9},{"Not":{"Variable":"$.b","IsPresent":true}}]}]`), input: `{"a":2}`, output: yes},
		{name: "path operand", definition: rule(`"Variable":"$.a","StringEqualsPath":"$.b"`), input: `{"a":"x","b":"x"}`, output: yes},
		{name: "context operand", definition: rule(`"Variable":"$$.State.Name","StringEquals":"A"`), output: yes},
		{name: "nothing matches", definition: one(`{"Type":"Choice","Choices":[{"Variable":"$.a","IsPresent":true,"Next":"Z"}]}`), error: "States.Runtime", cause: "does not point to a next state"},
		{name: "missing variable", definition: rule(`"Variable":"$.no","NumericEquals":1`), error: "States.Runtime", cause: "Invalid path '$.no': The choice state's condition path references an invalid value."},
		{name: "missing operand", definition: rule(`"Variable":"$.a","NumericEqualsPath":"$.no"`), input: `{"a":1}`, error: "States.Runtime", cause: "Invalid path '$.no'"},
		{name: "rule assigns", definition: `{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Variable":"$.a","IsPresent":true,"Assign":{"v.$":"$.a"},"Next":"B"}],"Assign":{"v":"default"},"Default":"B"},
"B":{"Type":"Pass","Parameters":{"v.$":"$v"},"End":true}}}`, input: `{"a":1}`, output: `{"v":1}`},
		{name: "default assigns", definition: `{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Variable":"$.a","IsPresent":true,"Assign":{"v.$":"$.a"},"Next":"B"}],"Assign":{"v":"default"},"Default":"B"},
"B":{"Type":"Pass","Parameters":{"v.$":"$v"},"End":true}}}`, output: `{"v":"default"}`},
	})
}

func TestFailStates(t *testing.T) {
	runAll(t, []specCase{
		{name: "literal", definition: one(`{"Type":"Fail","Error":"E","Cause":"C"}`), error: "E", cause: "C"},
		{name: "paths", definition: one(`{"Type":"Fail","ErrorPath":"$.e","CausePath":"States.Format('{}!', $.c)"}`), input: `{"e":"E","c":"why"}`, error: "E", cause: "why!"},
		{name: "missing path", definition: one(`{"Type":"Fail","ErrorPath":"$.e"}`), error: "States.Runtime", cause: "The JSONPath '$.e' specified for the field 'ErrorPath' could not be found in the input '{}'"},
		{name: "not a string", definition: one(`{"Type":"Fail","CausePath":"$.e"}`), input: `{"e":1}`, error: "States.Runtime", cause: "does not refer to a string"},
	})
	if o := start(t, one(`{"Type":"Fail"}`), "{}", nil).end(t); o.Status != interp.StatusFailed || o.Error != "" || o.Cause != "" {
		t.Errorf("a Fail state without error and cause gives %+v", o)
	}
}

// TestCredentials are shown in the history, and there alone.
func TestCredentials(t *testing.T) {
	p := start(t, one(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},"Credentials":{"RoleArn.$":"$.role"},"End":true}`), `{"role":"arn:r"}`, nil)
	details := p.events[2].Details
	if role, _ := details["taskCredentials"].(map[string]any); role["roleArn"] != "arn:r" || strings.Contains(details["parameters"].(string), "arn:r") {
		t.Errorf("%v", details)
	}
	runAll(t, []specCase{{name: "missing", definition: one(`{"Type":"Task",` + function + `,"Credentials":{"RoleArn.$":"$.role"},"End":true}`), error: "States.Runtime", cause: "'RoleArn.$'"}})
}

func TestStamp(t *testing.T) {
	for at, want := range map[string]string{
		"2024-11-05T11:00:00+01:00":  "2024-11-05T10:00:00Z",
		"2024-11-05T10:00:00.0009Z":  "2024-11-05T10:00:00Z",
		"2024-11-05T10:00:00.5Z":     "2024-11-05T10:00:00.500Z",
		"2024-11-05T10:00:00.12399Z": "2024-11-05T10:00:00.123Z",
	} {
		parsed, err := time.Parse(time.RFC3339Nano, at)
		if got := interp.Stamp(parsed); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", at, got, err, want)
		}
	}
}
