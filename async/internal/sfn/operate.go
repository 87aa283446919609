package sfn

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/awsenv"
)

// ErrNotRedrivable refuses to redrive an execution: it runs, has succeeded, ended
// more than 14 days ago, or has too long a history.
// https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
var ErrNotRedrivable = errors.New("the execution cannot be redriven")

// Redrive runs an execution that has failed again, from the state that failed.
func (w *Workflows) Redrive(ctx context.Context, id string) error {
	_, err := w.client.RedriveExecution(ctx, &sfn.RedriveExecutionInput{ExecutionArn: aws.String(w.executions + id)})
	if refused := (*types.ExecutionNotRedrivable)(nil); errors.As(err, &refused) {
		return ErrNotRedrivable
	}
	return operatorError("sfn RedriveExecution", err)
}

// Compensates reports whether the execution's state machine has a state of this
// name, to which it goes on after a cancellation.
func (w *Workflows) Compensates(ctx context.Context, id, state string) (bool, error) {
	out, err := w.client.DescribeStateMachineForExecution(ctx, &sfn.DescribeStateMachineForExecutionInput{
		ExecutionArn: aws.String(w.executions + id),
	})
	if err != nil {
		return false, operatorError("sfn DescribeStateMachineForExecution", err)
	}
	return strings.Contains(aws.ToString(out.Definition), fmt.Sprintf("%q", state)), nil
}

// patience returns an option for calls that return pages.
func patience() func(*sfn.Options) {
	line := awsenv.Patient()
	return func(o *sfn.Options) { o.HTTPClient = line }
}

// Event is one event of an execution's history, without data.
type Event struct {
	At time.Time
	// Type is AWS's, such as TaskStateEntered.
	Type string
	// State is set where a state is entered or left.
	State string
	// Error is the name of an error; causes may hold anything, and are left out.
	Error string
}

// History calls found with the events of an execution, the first one first, until
// found returns an error.
func (w *Workflows) History(ctx context.Context, id string, found func(Event) error) error {
	pages := sfn.NewGetExecutionHistoryPaginator(w.client, &sfn.GetExecutionHistoryInput{
		ExecutionArn: aws.String(w.executions + id), MaxResults: listSize, IncludeExecutionData: aws.Bool(false),
	})
	patient := patience()
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, patient)
		if err != nil {
			return operatorError("sfn GetExecutionHistory", err)
		}
		for _, e := range page.Events {
			if err := found(eventOf(e)); err != nil {
				return err
			}
		}
	}
	return nil
}

func eventOf(e types.HistoryEvent) Event {
	out := Event{At: aws.ToTime(e.Timestamp), Type: string(e.Type)}
	if d := e.StateEnteredEventDetails; d != nil {
		out.State = aws.ToString(d.Name)
	}
	if d := e.StateExitedEventDetails; d != nil {
		out.State = aws.ToString(d.Name)
	}
	out.Error = errorName(firstError(e))
	return out
}

// firstError returns the error of whichever details the event has.
func firstError(e types.HistoryEvent) string {
	var name *string
	switch {
	case e.LambdaFunctionFailedEventDetails != nil:
		name = e.LambdaFunctionFailedEventDetails.Error
	case e.LambdaFunctionTimedOutEventDetails != nil:
		name = e.LambdaFunctionTimedOutEventDetails.Error
	case e.LambdaFunctionScheduleFailedEventDetails != nil:
		name = e.LambdaFunctionScheduleFailedEventDetails.Error
	case e.LambdaFunctionStartFailedEventDetails != nil:
		name = e.LambdaFunctionStartFailedEventDetails.Error
	case e.TaskFailedEventDetails != nil:
		name = e.TaskFailedEventDetails.Error
	case e.TaskTimedOutEventDetails != nil:
		name = e.TaskTimedOutEventDetails.Error
	case e.TaskStartFailedEventDetails != nil:
		name = e.TaskStartFailedEventDetails.Error
	case e.TaskSubmitFailedEventDetails != nil:
		name = e.TaskSubmitFailedEventDetails.Error
	case e.ExecutionFailedEventDetails != nil:
		name = e.ExecutionFailedEventDetails.Error
	case e.ExecutionTimedOutEventDetails != nil:
		name = e.ExecutionTimedOutEventDetails.Error
	case e.ExecutionAbortedEventDetails != nil:
		name = e.ExecutionAbortedEventDetails.Error
	case e.EvaluationFailedEventDetails != nil:
		name = e.EvaluationFailedEventDetails.Error
	}
	return aws.ToString(name)
}

// aName is what an error's name looks like. A function that fails with a message
// in place of one could show anything.
var aName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.$-]{0,79}$`) })

func errorName(text string) string {
	if text == "" || aName().MatchString(text) {
		return text
	}
	return "(not a name)"
}

// operatorError returns async.ErrNotFound for an execution that does not exist.
func operatorError(call string, err error) error {
	if unknown := (*types.ExecutionDoesNotExist)(nil); errors.As(err, &unknown) {
		return async.ErrNotFound
	}
	return awsenv.Wrap(call, err)
}
