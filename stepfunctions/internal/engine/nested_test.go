package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// parentOf starts the machine child in the way that suffix says, with more parameters.
func parentOf(child, suffix, parameters string) string {
	return fmt.Sprintf(`{"StartAt": "N", "States": {"N": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution%s",
		"Parameters": {"StateMachineArn": %q%s}, "End": true}}}`, suffix, child, parameters)
}

func TestNested(t *testing.T) {
	w := newFixture(t)
	child := w.create("child", passOn)
	fails := w.create("fails", `{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "Cause": "C"}}}`)
	tests := []struct {
		name, child, suffix, parameters string
		status                          engine.Status
		want                            map[string]any // members of the output, or of the cause
	}{
		{"sync", child, ".sync", `, "Input": {"a": 1}, "Name": "c1"`, engine.Succeeded,
			map[string]any{"Input": `{"a":1}`, "Output": `{"a":1}`, "Name": "c1", "Status": "SUCCEEDED", "RedriveStatus": "NOT_REDRIVABLE"}},
		{"sync2", child, ".sync:2", `, "Input": {"a": 1}`, engine.Succeeded, map[string]any{"Output": map[string]any{"a": 1.0}}},
		{"text", child, ".sync", `, "Input": "[1]"`, engine.Succeeded, map[string]any{"Output": `[1]`}},
		{"no-input", child, ".sync", ``, engine.Succeeded, map[string]any{"Input": `{}`}},
		{"no-wait", child, "", `, "Name": "c2"`, engine.Succeeded, map[string]any{"ExecutionArn": strings.Replace(child, "stateMachine", "execution", 1) + ":c2"}},
		{"fails", fails, ".sync", ``, engine.Failed, map[string]any{"Error": "E", "Cause": "C", "Status": "FAILED", "RedriveStatus": "REDRIVABLE"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			x := w.ended(w.run(w.create("parent-"+test.name, parentOf(test.child, test.suffix, test.parameters)), "x", `{}`))
			answer := x.Output
			if x.Status != test.status {
				t.Fatalf("ended %s: %s: %s", x.Status, x.Error, x.Cause)
			}
			if x.Status == engine.Failed {
				answer = json.RawMessage(x.Cause)
				if x.Error != "States.TaskFailed" {
					t.Errorf("error %s, want States.TaskFailed", x.Error)
				}
			}
			var got map[string]any
			if err := json.Unmarshal(answer, &got); err != nil {
				t.Fatal(err)
			}
			for member, want := range test.want {
				if fmt.Sprint(got[member]) != fmt.Sprint(want) {
					t.Errorf("%s is %v, want %v", member, got[member], want)
				}
			}
		})
	}
}

func TestNestedErrors(t *testing.T) {
	w := newFixture(t)
	child := w.create("child", passOn)
	w.ended(w.run(child, "taken", `{}`))
	express, err := w.CreateStateMachine(t.Context(), engine.NewStateMachine{Name: "fast", Type: engine.Express, Revision: engine.Revision{Definition: passOn}})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string][3]string{
		"none":    {child + "2", ``, "StepFunctions.StateMachineDoesNotExistException"},
		"taken":   {child, `, "Name": "taken"`, "StepFunctions.ExecutionAlreadyExistsException"},
		"invalid": {child, `, "Input": "{"`, "StepFunctions.InvalidExecutionInputException"},
		"map":     {child + "/L", ``, "StepFunctions.ValidationException"},
		// The end of an Express execution is not announced.
		"express": {express.ARN, ``, "StepFunctions.StateMachineTypeNotSupportedException"},
	} {
		x := w.ended(w.run(w.create(name, parentOf(test[0], ".sync", test[1])), "x", `{}`))
		code := strings.TrimSuffix(strings.TrimPrefix(test[2], "StepFunctions."), "Exception")
		if x.Error != test[2] || !strings.Contains(x.Cause, " (Service: AWSStepFunctions; Status Code: 400; Error Code: "+code) {
			t.Errorf("%s: %s %s %s, want %s", name, x.Status, x.Error, x.Cause, test[2])
		}
	}
}

func TestNestedByToken(t *testing.T) {
	w := newFixture(t)
	tokens := make(chan string, 1)
	w.invoker.Handle(function+"f1", func(_ context.Context, in []byte) ([]byte, error) {
		var p struct{ Token string }
		err := json.Unmarshal(in, &p)
		tokens <- p.Token
		return []byte(`"child's own"`), err
	})
	parent := w.create("parent", parentOf(w.create("child", chain(1)), ".waitForTaskToken", `, "Input": {"token.$": "$$.Task.Token"}`))
	arn := w.run(parent, "x", `{}`)
	w.eventually("the engine to rest", w.Idle)
	if err := w.SendTaskSuccess(t.Context(), <-tokens, json.RawMessage(`"by token"`)); err != nil {
		t.Fatal(err)
	}
	w.wantEnd(arn, `SUCCEEDED "by token"`)
}

// Stopping a parent stops the child that it waits for, and no other.
func TestStopReachesTheChild(t *testing.T) {
	w := newFixture(t)
	child := w.create("child", waitAYear)
	for suffix, want := range map[string]engine.Status{".sync": engine.Aborted, "": engine.Running} {
		definition := strings.Replace(parentOf(child, suffix, fmt.Sprintf(`, "Name": "of%s"`, suffix)), `"End": true`, `"Next": "W"`, 1)
		definition = strings.TrimSuffix(definition, "}}") + `, "W": {"Type": "Wait", "Seconds": 1000, "End": true}}}`
		arn := w.run(w.create("parent"+suffix, definition), "x", `{}`)
		childARN := strings.Replace(child, "stateMachine", "execution", 1) + ":of" + suffix
		w.eventually("the child to run", func() bool {
			_, err := w.DescribeExecution(t.Context(), childARN)
			return err == nil && w.Idle()
		})
		if _, err := w.StopExecution(t.Context(), arn, "", ""); err != nil {
			t.Fatal(err)
		}
		w.eventually("the engine to rest", w.Idle)
		if x, err := w.DescribeExecution(t.Context(), childARN); err != nil || x.Status != want {
			t.Errorf("%q: the child is %s, %v, want %s", suffix, x.Status, err, want)
		}
	}
}

func TestNestedSurvivesARestart(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	child := w.create("child", `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 100, "End": true}}}`)
	arn := w.run(w.create("parent", parentOf(child, ".sync:2", `, "Input": [5]`)), "x", `{}`)
	w.eventually("the engine to rest", w.Idle)
	w.restart(func() {})
	w.eventually("the engine to rest", w.Idle)
	w.fakeClock.Advance(100 * time.Second)
	if x := w.ended(arn); x.Status != engine.Succeeded || !strings.Contains(string(x.Output), `"Output":[5]`) {
		t.Errorf("%s %s %s %s", x.Status, x.Output, x.Error, x.Cause)
	}
	if page, _, err := w.ListExecutions(t.Context(), child, "", 0, 10); err != nil || len(page) != 1 {
		t.Errorf("%d children, %v, want 1", len(page), err)
	}
}

// An output may be nested deeper than encoding/json reads: that is its
// parent's failure, and no other execution's.
func TestNestedOutputOfTooManyLevels(t *testing.T) {
	w := newFixture(t)
	const states, levels = 1100, 10
	wrap := strings.Repeat(`{"a": `, levels-1) + `{"a.$": "$"}` + strings.Repeat(`}`, levels-1)
	var child strings.Builder
	for i := range states {
		fmt.Fprintf(&child, `"S%d": {"Type": "Pass", "Parameters": %s, "Next": "S%d"}, `, i, wrap, i+1)
	}
	deep := w.create("deep", fmt.Sprintf(`{"StartAt": "S0", "States": {%s"S%d": {"Type": "Succeed"}}}`, child.String(), states))
	for suffix, want := range map[string]string{
		".sync":   "SUCCEEDED",
		".sync:2": "FAILED States.Runtime",
	} {
		x := w.ended(w.run(w.create("parent"+suffix[len(suffix)-1:], parentOf(deep, suffix, "")), "x", `{}`))
		if got := strings.TrimSpace(string(x.Status) + " " + x.Error); got != want {
			t.Errorf("%s: %s: %s, want %s", suffix, got, x.Cause, want)
		}
	}
}

// TestChildrenAreJournaled: what happens inside a distributed Map's children
// leaves no event in the execution's history, and is kept all the same.
func TestChildrenAreJournaled(t *testing.T) {
	w := newFixture(t)
	w.invoker.Handle(function+"f", func(_ context.Context, in []byte) ([]byte, error) { return in, nil })
	machine := w.create("m", `{"StartAt":"All","States":{"All":{"Type":"Map","End":true,"ItemProcessor":{
		"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
		"StartAt":"One","States":{"One":{"Type":"Task","Resource":"`+function+`f","End":true}}}}}}`)
	arn := w.run(machine, "x", `[1,2,3,4,5]`)
	w.wantEnd(arn, `SUCCEEDED [1,2,3,4,5]`)
	events, err := w.History(t.Context(), arn)
	if err != nil {
		t.Fatal(err)
	}
	if last := events[len(events)-1].Type; last != "ExecutionSucceeded" {
		t.Errorf("the journal ends with %s", last)
	}
}
