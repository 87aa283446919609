package cases_test

import (
	"context"
	"fmt"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/wire/cases"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// runChoices runs a batch of comparisons, each a verdict of its own.
func runChoices(t *testing.T, c cases.Case) []cases.Verdict {
	w := newWorld(t, cases.NewPlayback(c))
	verdicts := make([]cases.Verdict, len(c.Subcases))
	for i, sub := range c.Subcases {
		one := c
		one.ID = fmt.Sprintf("%s#%d", c.ID, i)
		verdicts[i] = judge(one, w.compare(t.Context(), c, sub, i))
	}
	return verdicts
}

func (w *world) compare(ctx context.Context, c cases.Case, sub cases.Subcase, i int) []string {
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
