package cases_test

import (
	"context"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/wire/cases"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// runSync runs a case of kind sync-execution.
func runSync(t *testing.T, c cases.Case) cases.Verdict {
	if why := notRunnable(c); why != "" {
		return cases.Verdict{Case: c, Result: cases.NotRun, Why: why}
	}
	ctx, cancel := context.WithTimeout(t.Context(), caseTimeout)
	defer cancel()
	w := newWorld(t, cases.NewPlayback(c))
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
