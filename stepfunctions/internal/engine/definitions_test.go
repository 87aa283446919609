package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// definitions generates state machines whose end does not depend on chance.
type definitions struct {
	*rapid.T
	states int
	// concurrent is set when the order of events has several legal forms.
	concurrent bool
}

const childMachine = `{"StartAt": "W", "States": {
	"W": {"Type": "Wait", "Seconds": 5, "Next": "T"},
	"T": {"Type": "Task", "Resource": "` + function + `work", "Parameters": {"state": "T", "failures": 0, "retry": 0, "in.$": "$"}, "End": true}}}`

// begin makes the machines and starts the one execution.
func (g *definitions) begin(e *engine.Engine, definition string) error {
	ctx := g.Context()
	if _, err := e.CreateStateMachine(ctx, engine.NewStateMachine{Name: "child", Revision: engine.Revision{Definition: childMachine}}); err != nil {
		return err
	}
	m, err := e.CreateStateMachine(ctx, engine.NewStateMachine{Name: "parent", Revision: engine.Revision{Definition: definition}})
	if err != nil {
		return fmt.Errorf("%s: %w", definition, err)
	}
	_, err = e.StartExecution(ctx, engine.StartExecution{MachineARN: m.ARN, Name: "x", Input: json.RawMessage(`{"items": [1, 2, 3]}`)})
	return err
}

func (g *definitions) machine() string {
	end := rapid.SampledFrom([]string{`"Type": "Succeed"`, `"Type": "Fail", "Error": "E", "Cause": "C"`, `"Type": "Pass", "End": true`}).Draw(g.T, "end")
	return g.sequence(2, end)
}

// sequence returns a machine of some steps and an end.
func (g *definitions) sequence(depth int, end string) string {
	steps := rapid.IntRange(1, 3).Draw(g.T, "steps")
	first := g.states + 1
	var states []string
	for range steps {
		g.states++
		name := g.states
		body := g.step(depth, fmt.Sprintf("S%d", name))
		states = append(states, fmt.Sprintf(`"S%d": {%s, "Next": "S%d"}`, name, body, g.states+1))
	}
	g.states++
	states = append(states, fmt.Sprintf(`"S%d": {%s}`, g.states, end))
	return fmt.Sprintf(`{"StartAt": "S%d", "States": {%s}}`, first, strings.Join(states, ", "))
}

func (g *definitions) step(depth int, name string) string {
	kinds := []string{"task", "wait", "pass", "token"}
	if depth > 0 {
		kinds = append(kinds, "parallel", "map")
	}
	if depth == 2 {
		kinds = append(kinds, "nested", "distributed")
	}
	switch rapid.SampledFrom(kinds).Draw(g.T, "kind") {
	case "task":
		return g.task(name, depth)
	case "wait":
		return fmt.Sprintf(`"Type": "Wait", "Seconds": %d`, rapid.IntRange(0, 1000).Draw(g.T, "seconds"))
	case "token":
		return `"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "HeartbeatSeconds": 60,
			"Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token", "in.$": "$"}}`
	case "nested":
		return `"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "ResultSelector": {"o.$": "$.Output"},
			"Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child", "Input": {"in.$": "$"}}`
	case "parallel":
		g.concurrent = true
		return fmt.Sprintf(`"Type": "Parallel", "Branches": [%s, %s]`, g.sequence(depth-1, `"Type": "Succeed"`), g.sequence(depth-1, `"Type": "Succeed"`))
	case "distributed":
		g.concurrent = true
		processor := strings.Replace(g.sequence(0, `"Type": "Succeed"`), "{", `{"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, `, 1)
		return fmt.Sprintf(`"Type": "Map", "ItemsPath": "$$.Execution.Input.items", "MaxConcurrency": 2, "ItemBatcher": {"MaxItemsPerBatch": 2}, "ItemProcessor": %s`, processor)
	case "map":
		g.concurrent = true
		return fmt.Sprintf(`"Type": "Map", "ItemsPath": "$$.Execution.Input.items", "MaxConcurrency": %d, "ItemProcessor": %s`,
			rapid.IntRange(0, 2).Draw(g.T, "concurrency"), g.sequence(depth-1, `"Type": "Succeed"`))
	}
	return `"Type": "Pass", "Parameters": {"passed.$": "$"}`
}

// task fails so many times before it succeeds; what retries do not cover is
// caught. Where tasks run beside each other, their order would decide the jitter.
func (g *definitions) task(name string, depth int) string {
	jitter := map[bool]string{true: "FULL", false: "NONE"}[depth == 2]
	failures, attempts := rapid.IntRange(0, 2).Draw(g.T, "failures"), rapid.IntRange(0, 2).Draw(g.T, "attempts")
	return fmt.Sprintf(`"Type": "Task", "Resource": "%swork", "TimeoutSeconds": 100,
		"Parameters": {"state": %q, "failures": %d, "retry.$": "$$.State.RetryCount", "in.$": "$"},
		"Retry": [{"ErrorEquals": ["Boom"], "IntervalSeconds": 3, "MaxAttempts": %d, "JitterStrategy": %q}],
		"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "S%d"}]`, function, name, failures, attempts, jitter, g.states+1)
}

// work returns what a generated task calls; what it answers follows from its payload alone.
func work(_ context.Context, payload []byte) ([]byte, error) {
	var p struct {
		State           string
		Failures, Retry int
		In              json.RawMessage
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		return nil, err
	}
	if p.Retry < p.Failures {
		return nil, &engine.FunctionError{Payload: fmt.Appendf(nil, `{"errorType":"Boom","errorMessage":"%s %d"}`, p.State, p.Retry)}
	}
	return fmt.Appendf(nil, `{"did":%q,"retry":%d,"in":%s}`, p.State, p.Retry, p.In), nil
}

// ask answers by token before it returns.
func ask(ctx context.Context, e *engine.Engine, payload []byte) error {
	var p struct {
		Token string
		In    json.RawMessage
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		return err
	}
	return e.SendTaskSuccess(ctx, p.Token, p.In)
}
