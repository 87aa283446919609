package sfn

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/awsenv"
)

// listSize is the most that one call lists:
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
const listSize = 1000

// Ended calls found with each execution that ended at since or later without
// success, until found returns an error: those that failed, that timed out and
// that were aborted. Step Functions lists each kind by its start, the latest
// first, so that all of them have to be read; pages bounds how many of a thousand
// executions are, 0 does not. An account may list 5 times a second:
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
func (w *Workflows) Ended(ctx context.Context, since time.Time, pages int, found func(id string, x async.Execution) error) error {
	for _, status := range []types.ExecutionStatus{types.ExecutionStatusFailed, types.ExecutionStatusTimedOut, types.ExecutionStatusAborted} {
		if err := w.ended(ctx, status, since, pages, found); err != nil {
			return err
		}
	}
	return nil
}

func (w *Workflows) ended(ctx context.Context, status types.ExecutionStatus, since time.Time, pages int, found func(string, async.Execution) error) error {
	list := sfn.NewListExecutionsPaginator(w.client, &sfn.ListExecutionsInput{
		StateMachineArn: aws.String(unqualified(w.machine)), StatusFilter: status, MaxResults: listSize,
	})
	patient := patience()
	for n := 0; list.HasMorePages() && (pages == 0 || n < pages); n++ {
		page, err := list.NextPage(ctx, patient)
		if err != nil {
			return awsenv.Wrap("sfn ListExecutions", err)
		}
		for _, e := range page.Executions {
			if e.StopDate == nil || e.StopDate.Before(since) {
				continue
			}
			x, err := outcomeOf(status)
			if err != nil {
				return err
			}
			x.Redrive = int(aws.ToInt32(e.RedriveCount))
			if err := found(aws.ToString(e.Name), x); err != nil {
				return err
			}
		}
	}
	return nil
}

// unqualified is the state machine's ARN without a version or an alias.
func unqualified(machine string) string {
	parts := strings.Split(machine, ":")
	return strings.Join(parts[:min(len(parts), 7)], ":")
}
