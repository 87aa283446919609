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

// Bounds of a listing. An account may list executions 5 times a second:
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const (
	pageSize = 1000
	maxPages = 10
)

// Ended calls found with the executions that have ended since a time without
// success, by their ids. Step Functions lists them by their start, the latest
// first; after ten thousand of a status no more are looked at.
func (w *Workflows) Ended(ctx context.Context, since time.Time, found func(id string, x async.Execution)) error {
	for _, status := range []types.ExecutionStatus{types.ExecutionStatusFailed, types.ExecutionStatusTimedOut, types.ExecutionStatusAborted} {
		if err := w.ended(ctx, status, since, found); err != nil {
			return err
		}
	}
	return nil
}

func (w *Workflows) ended(ctx context.Context, status types.ExecutionStatus, since time.Time, found func(string, async.Execution)) error {
	in := &sfn.ListExecutionsInput{StateMachineArn: aws.String(unqualified(w.machine)), StatusFilter: status, MaxResults: pageSize}
	for range maxPages {
		out, err := w.client.ListExecutions(ctx, in)
		if err != nil {
			return awsenv.Wrap("sfn ListExecutions", err)
		}
		for _, e := range out.Executions {
			if e.StopDate == nil || e.StopDate.Before(since) {
				continue
			}
			x, err := outcomeOf(status)
			if err != nil {
				return err
			}
			x.Redrive = int(aws.ToInt32(e.RedriveCount))
			found(aws.ToString(e.Name), x)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	return nil
}

// unqualified is the state machine's ARN without a version or an alias.
func unqualified(machine string) string {
	parts := strings.Split(machine, ":")
	return strings.Join(parts[:min(len(parts), 7)], ":")
}
