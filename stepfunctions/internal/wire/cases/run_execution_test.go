package cases_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"example.org/asynchttpapi/stepfunctions/internal/wire/cases"
)

// role stands in for the recordings' roles; nothing assumes it. recordedRole
// is what some recordings show in its place.
const (
	role         = "arn:aws:iam::" + account + ":role/recorded"
	recordedRole = "snf_role_arn"
)

// machineName is the name of every state machine here: each has a fixture to itself.
const machineName = "recorded"

func (w *fixture) create(ctx context.Context, kind, definition string) (string, error) {
	return w.createAs(ctx, machineName, role, kind, definition)
}

func (w *fixture) createAs(ctx context.Context, name, role, kind, definition string) (string, error) {
	out, err := w.client.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
		Name: &name, Definition: &definition, RoleArn: &role, Type: types.StateMachineType(kind),
	})
	if err != nil {
		return "", err
	}
	return *out.StateMachineArn, nil
}

// run executes a machine to its end.
func (w *fixture) run(ctx context.Context, machine, input string) (*sfn.DescribeExecutionOutput, error) {
	started, err := w.client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &machine, Input: &input})
	if err != nil {
		return nil, err
	}
	for {
		described, err := w.client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
		if err != nil || described.Status != types.ExecutionStatusRunning {
			return described, err
		}
		time.Sleep(200 * time.Microsecond)
	}
}

func (w *fixture) history(ctx context.Context, execution string) ([]cases.Event, error) {
	var events []cases.Event
	pages := sfn.NewGetExecutionHistoryPaginator(w.client, &sfn.GetExecutionHistoryInput{ExecutionArn: &execution})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, e := range page.Events {
			events = append(events, eventOf(e))
		}
	}
	return events, nil
}

// runExecution runs a case of kind execution.
func runExecution(t *testing.T, c cases.Case) cases.Verdict {
	if why := notRunnable(c); why != "" {
		return cases.Verdict{Case: c, Result: cases.NotRun, Why: why}
	}
	ctx, cancel := context.WithTimeout(t.Context(), caseTimeout)
	defer cancel()
	var mocks []byte
	if c.Tier == "service-integration" {
		mocks = cases.Mocks(c, machineName)
	}
	w := newMockedFixture(t, cases.NewPlayback(c), mocks)
	shownRole := role
	if strings.Contains(fmt.Sprint(c.Expected, c.History), recordedRole) {
		shownRole = recordedRole
	}
	machine, err := w.createAs(ctx, machineName, shownRole, c.Type, c.DefinitionOf())
	if err != nil {
		return unlessRefused(c, err)
	}
	input, err := w.targets(ctx, c)
	if err != nil {
		return failed(c, err.Error())
	}
	got, err := w.run(ctx, machine, input)
	if err != nil {
		return failed(c, err.Error())
	}
	matcher := c.Matcher()
	if c.Random() {
		return judge(c, matcher.Diff(c.Expected["status"], string(got.Status)))
	}
	differences := matcher.Diff(c.Expected, outcome(got))
	if c.History != nil {
		events, err := w.history(ctx, *got.ExecutionArn)
		if err != nil {
			return failed(c, err.Error())
		}
		differences = append(differences, matcher.DiffHistory(c.History, events, c.Concurrent())...)
	}
	return judge(c, append(differences, w.playback.Surprises()...))
}

// nestedTarget is the state machine that the recordings start from a task.
const nestedTarget = `{"StartAt":"State_1","States":{"State_1":{"Type":"Pass","Result":{"Arg1":"argument1"},"End":true}}}`

// targets makes the machine that a case's tasks start, and returns the case's
// input with its ARN in place of the recorded one.
func (w *fixture) targets(ctx context.Context, c cases.Case) (string, error) {
	input := c.InputOf()
	for _, t := range c.Tasks {
		request, _ := t.Request.(map[string]any)
		recorded, ok := request["StateMachineArn"].(string)
		if !ok || t.ResourceType != "states" {
			continue
		}
		target, err := w.createAs(ctx, "target", role, "STANDARD", nestedTarget)
		return strings.ReplaceAll(input, recorded, target), err
	}
	return input, nil
}

// outcome returns what a recording has of an execution's end.
func outcome(d *sfn.DescribeExecutionOutput) map[string]any {
	out := map[string]any{"status": string(d.Status)}
	for name, text := range map[string]*string{"output": d.Output, "error": d.Error, "cause": d.Cause} {
		if text != nil {
			out[name] = *text
		}
	}
	return out
}

// runSync runs a case of kind sync-execution.
func runSync(t *testing.T, c cases.Case) cases.Verdict {
	if why := notRunnable(c); why != "" {
		return cases.Verdict{Case: c, Result: cases.NotRun, Why: why}
	}
	ctx, cancel := context.WithTimeout(t.Context(), caseTimeout)
	defer cancel()
	w := newFixture(t, cases.NewPlayback(c))
	machine, err := w.create(ctx, c.Type, c.DefinitionOf())
	if err != nil {
		return unlessRefused(c, err)
	}
	got, err := w.client.StartSyncExecution(ctx, &sfn.StartSyncExecutionInput{StateMachineArn: &machine, Input: aws.String(c.InputOf())})
	if err != nil {
		return failed(c, err.Error())
	}
	out := map[string]any{"status": string(got.Status)}
	for name, text := range map[string]*string{"output": got.Output, "error": got.Error, "cause": got.Cause} {
		if text != nil {
			out[name] = *text
		}
	}
	return judge(c, c.Matcher().Diff(c.Expected, out))
}
