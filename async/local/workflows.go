package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/statemachine"
	"example.org/asynchttpapi/stepfunctions"
)

const (
	// machineName is the state machine's in every data folder: those of the
	// first format had it for their one job.
	machineName = "process_submission"
	// machineRole is a role that the engine asks for and never uses.
	machineRole = "arn:aws:iam::123456789012:role/local"
)

// workflows is the async.Workflows of one state machine on the engine.
type workflows struct{ engine *stepfunctions.Engine }

var _ async.Workflows = (*workflows)(nil)

// prepare makes the job's state machine, or brings it up to date: executions
// that run keep the definition they began with. A definition that the engine
// refuses in any part is an error.
func (w *workflows) prepare(ctx context.Context, job async.Definition, handlers map[string]lambda.Handler) error {
	definition, err := statemachine.Definition(job, func(activity string) string {
		if handlers[activity] == nil {
			return ""
		}
		return functionPrefix + activity
	})
	if err != nil {
		return err
	}
	return w.define(ctx, definition)
}

func (w *workflows) define(ctx context.Context, definition string) error {
	revision := stepfunctions.Revision{Definition: definition, RoleARN: machineRole}
	_, err := w.engine.CreateStateMachine(ctx, stepfunctions.NewStateMachine{Name: machineName, Revision: revision})
	if errors.Is(err, &stepfunctions.Error{Code: stepfunctions.StateMachineAlreadyExists}) {
		_, err = w.engine.UpdateStateMachine(ctx, stepfunctions.UpdateStateMachine{ARN: machineARN(), Revision: revision})
	}
	if err != nil {
		return fmt.Errorf("state machine %s: %w", machineName, err)
	}
	return nil
}

// Start implements async.Workflows.
func (w *workflows) Start(ctx context.Context, id string, input []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := w.engine.StartExecution(ctx, stepfunctions.StartExecution{MachineARN: machineARN(), Name: id, Input: input})
	if errors.Is(err, &stepfunctions.Error{Code: stepfunctions.ExecutionAlreadyExists}) {
		return nil
	}
	if errors.Is(err, &stepfunctions.Error{Code: stepfunctions.ExecutionLimitExceeded}) {
		return fmt.Errorf("%w: %w", async.ErrThrottled, err)
	}
	return err
}

// Outcome implements async.Workflows.
func (w *workflows) Outcome(ctx context.Context, id string) (async.Execution, error) {
	if err := ctx.Err(); err != nil {
		return async.Execution{}, err
	}
	x, err := w.engine.DescribeExecution(ctx, executionARN(id))
	if errors.Is(err, &stepfunctions.Error{Code: stepfunctions.ExecutionDoesNotExist}) {
		return async.Execution{}, async.ErrNotFound
	}
	if err != nil {
		return async.Execution{}, err
	}
	return async.Execution{Status: statusOf(x.Status), TimedOut: x.Status == stepfunctions.TimedOut, Redrive: x.RedriveCount}, nil
}

func statusOf(s stepfunctions.Status) api.Status {
	switch s {
	case stepfunctions.Succeeded:
		return api.Succeeded
	case stepfunctions.Failed, stepfunctions.TimedOut:
		return api.Failed
	case stepfunctions.Aborted:
		return api.Canceled
	}
	return api.Running
}

// Stop implements async.Workflows.
func (w *workflows) Stop(ctx context.Context, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	_, err := w.engine.StopExecution(ctx, executionARN(id), "Canceled", "the submission was canceled")
	if errors.Is(err, &stepfunctions.Error{Code: stepfunctions.ExecutionDoesNotExist}) {
		return nil
	}
	return err
}

// Complete implements async.Workflows.
func (w *workflows) Complete(ctx context.Context, token string, output []byte) error {
	return taskError(ctx, func() error { return w.engine.SendTaskSuccess(ctx, token, output) })
}

// Fail implements async.Workflows.
func (w *workflows) Fail(ctx context.Context, token, name string) error {
	return taskError(ctx, func() error { return w.engine.SendTaskFailure(ctx, token, name, "") })
}

// Heartbeat implements async.Workflows.
func (w *workflows) Heartbeat(ctx context.Context, token string) error {
	return taskError(ctx, func() error { return w.engine.SendTaskHeartbeat(ctx, token) })
}

// taskError calls what answers a task, and returns ErrNotFound where no task waits.
func taskError(ctx context.Context, answer func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := answer()
	if refused := (*stepfunctions.Error)(nil); errors.As(err, &refused) {
		switch refused.Code {
		case "InvalidToken", "TaskDoesNotExist", "TaskTimedOut":
			return async.ErrNotFound
		}
	}
	return err
}

// notify hands the end of an execution to the reconciler, as the event that
// EventBridge would deliver. It is not for those that succeeded, like the rule
// on AWS: they have recorded their outcome themselves.
func (w *workflows) notify(reconcile lambda.Handler) func(context.Context, stepfunctions.Execution) error {
	return func(ctx context.Context, x stepfunctions.Execution) error {
		if x.MachineARN != machineARN() {
			return nil
		}
		event, err := json.Marshal(map[string]any{
			"source":      "aws.states",
			"detail-type": "Step Functions Execution Status Change",
			"detail": map[string]any{"name": x.Name, "status": x.Status, "redriveCount": x.RedriveCount,
				"executionArn": x.ARN, "stateMachineArn": x.MachineARN},
		})
		if err != nil {
			return err
		}
		_, err = invoke(ctx, reconcile, event)
		return err
	}
}
