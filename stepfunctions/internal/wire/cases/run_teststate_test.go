package cases_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"example.org/asynchttpapi/stepfunctions/internal/wire/cases"
)

// stateRequest is the request of a recorded TestState. The recordings leave
// the role out wherever one was given, except where its absence is the point.
type stateRequest struct {
	Definition      *string
	Input           *string
	StateName       *string
	InspectionLevel types.InspectionLevel
	Context         *string
	Variables       *string
	RevealSecrets   bool
	RoleArn         *string
	Mock            *struct {
		Result              *string
		ErrorOutput         *types.MockErrorOutput
		FieldValidationMode types.MockResponseValidationMode
	}
	StateConfiguration *types.TestStateConfiguration
}

func (w *fixture) testState(ctx context.Context, c cases.Case, role *string) (*sfn.TestStateOutput, error) {
	var r stateRequest
	if err := json.Unmarshal(c.Request, &r); err != nil {
		return nil, err
	}
	in := &sfn.TestStateInput{
		Definition: r.Definition, Input: r.Input, StateName: r.StateName, InspectionLevel: r.InspectionLevel,
		Context: r.Context, Variables: r.Variables, RevealSecrets: r.RevealSecrets, RoleArn: role,
		StateConfiguration: r.StateConfiguration,
	}
	if in.Definition == nil {
		in.Definition = aws.String(c.DefinitionOf())
	}
	if in.Input == nil && c.Input != nil && string(c.Input) != "null" {
		in.Input = aws.String(c.InputOf())
	}
	if r.Mock != nil {
		in.Mock = &types.MockInput{Result: r.Mock.Result, ErrorOutput: r.Mock.ErrorOutput, FieldValidationMode: r.Mock.FieldValidationMode}
	}
	return w.client.TestState(ctx, in)
}

// runTestState runs a case of kind test-state.
func runTestState(t *testing.T, c cases.Case) cases.Verdict {
	ctx, cancel := context.WithTimeout(t.Context(), caseTimeout)
	defer cancel()
	w := newFixture(t, cases.NewPlayback(withTask(c)))
	got, err := w.testState(ctx, c, aws.String(role))
	if err != nil {
		return unlessRefused(c, err)
	}
	return judge(c, c.Matcher().Diff(c.Expected, wireForm(got)))
}

// withTask makes a task of what the inspection data shows of one.
func withTask(c cases.Case) cases.Case {
	data, _ := c.Expected["inspectionData"].(map[string]any)
	result, ok := data["result"]
	var definition struct{ Resource string }
	if !ok || json.Unmarshal(c.Definition, &definition) != nil {
		return c
	}
	task := cases.Task{Scheduled: "LambdaFunctionScheduled", Resource: definition.Resource, Request: data["afterParameters"]}
	if !strings.Contains(definition.Resource, ":function:") {
		task.Scheduled, task.ResourceType = "TaskScheduled", "lambda"
	}
	task.Outcome = &cases.Outcome{Event: "TaskSucceeded", Output: result}
	c.Tasks = []cases.Task{task}
	return c
}

// runTestStateError runs a case of kind test-state-error.
func runTestStateError(t *testing.T, c cases.Case) cases.Verdict {
	ctx, cancel := context.WithTimeout(t.Context(), caseTimeout)
	defer cancel()
	w := newFixture(t, cases.NewPlayback(c))
	_, err := w.testState(ctx, c, nil)
	return judgeError(c, wantedError(c), err)
}

// runChoices runs a batch of comparisons, each a verdict of its own.
func runChoices(t *testing.T, c cases.Case) []cases.Verdict {
	w := newFixture(t, cases.NewPlayback(c))
	verdicts := make([]cases.Verdict, len(c.Subcases))
	for i, sub := range c.Subcases {
		one := c
		one.ID = fmt.Sprintf("%s#%d", c.ID, i)
		verdicts[i] = judge(one, w.compare(t.Context(), c, sub, i))
	}
	return verdicts
}

func (w *fixture) compare(ctx context.Context, c cases.Case, sub cases.Subcase, i int) []string {
	ctx, cancel := context.WithTimeout(ctx, caseTimeout)
	defer cancel()
	machine, err := w.client.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
		Name: aws.String(fmt.Sprint(machineName, i)), Definition: aws.String(cases.Spaced(sub.Definition)), RoleArn: aws.String(role),
	})
	if err != nil {
		return []string{err.Error()}
	}
	got, err := w.run(ctx, *machine.StateMachineArn, cases.Spaced(sub.Input))
	if err != nil {
		return []string{err.Error()}
	}
	return c.Matcher().Diff(sub.Expected, outcome(got))
}
