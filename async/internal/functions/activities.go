package functions

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// NewStage returns the handler of a stage's activity, by the name of either.
func NewStage(c Config, name string) (lambda.Handler, error) {
	stage, ok := stageNamed(c.Job, name)
	switch {
	case !ok:
		return nil, fmt.Errorf("functions: the job has no stage %q", name)
	case stage.Waits && c.Workflows == nil:
		return nil, fmt.Errorf("functions: stage %s waits, and needs the workflow service", stage.Name)
	case stage.Waits && c.BaseURL == "":
		return nil, fmt.Errorf("functions: stage %s waits, and its callbacks need a public base URL", stage.Name)
	}
	service, err := c.service()
	if err != nil {
		return nil, err
	}
	run := func(ctx context.Context, in async.ActivityInput) (async.ActivityOutput, error) {
		return service.RunStage(ctx, stage.Name, in)
	}
	return handler{activity(c, stage.Name, run), []any{c.Store}}, nil
}

func stageNamed(job async.Definition, name string) (async.StageDescription, bool) {
	for _, stage := range job.Describe().Stages {
		if stage.Name == name || stage.Activity == name {
			return stage, true
		}
	}
	return async.StageDescription{}, false
}

// NewFail returns the handler of the activity that records a failure.
func NewFail(c Config) (lambda.Handler, error) {
	service, err := c.service()
	if err != nil {
		return nil, err
	}
	return handler{activity(c, Fail, withoutOutput(service.RecordFailure)), []any{c.Store}}, nil
}

// NewCompensate returns the handler of the activity that undoes what stages have
// done elsewhere.
func NewCompensate(c Config) (lambda.Handler, error) {
	service, err := c.service()
	if err != nil {
		return nil, err
	}
	return handler{activity(c, Compensate, withoutOutput(service.RunCompensation)), []any{c.Store}}, nil
}

func withoutOutput(run func(context.Context, async.ActivityInput) error) func(context.Context, async.ActivityInput) (async.ActivityOutput, error) {
	return func(ctx context.Context, in async.ActivityInput) (async.ActivityOutput, error) {
		return async.ActivityOutput{ID: in.ID}, run(ctx, in)
	}
}

// activity lets a run's error reach the state machine by its name, which only
// the runtime's own type does, and only if it is outermost. A panic is one more
// error of the stage: the runtime would write its value into the history.
func activity(c Config, stage string, run func(context.Context, async.ActivityInput) (async.ActivityOutput, error)) any {
	return func(ctx context.Context, in async.ActivityInput) (out async.ActivityOutput, err error) {
		defer func() {
			if reason := recover(); reason != nil {
				w := c.telemetry()
				c.observe(ctx, async.Event{Kind: async.StageError, ID: in.ID, Stage: stage, ErrorType: async.Unavailable, Err: panicError{reason}})
				w.Log.ErrorContext(ctx, "panic", "submission", async.LogID(in.ID), "reason", panicError{reason}.ErrorCode(), "stack", string(debug.Stack()))
				out, err = async.ActivityOutput{}, messages.InvokeResponse_Error{Type: async.Unavailable, Message: "the activity panicked"}
			}
		}()
		if out, err = run(ctx, in); err != nil {
			return async.ActivityOutput{}, invokeError(err)
		}
		return out, nil
	}
}

func invokeError(err error) error {
	if e := (*async.ActivityError)(nil); errors.As(err, &e) {
		return messages.InvokeResponse_Error{Type: e.Name, Message: e.Message}
	}
	return messages.InvokeResponse_Error{Type: async.Unavailable, Message: "the activity failed"}
}

// panicError is the value of a panic as an error. The value may hold anything,
// and is part of the error's text alone, not of what names it.
type panicError struct{ value any }

func (p panicError) Error() string { return fmt.Sprint("panic: ", p.value) }

// ErrorCode names the error in logs: see async.Reason.
func (p panicError) ErrorCode() string { return fmt.Sprintf("panic with a %T", p.value) }

// executionEvent is what is read of a "Step Functions Execution Status Change"
// event. It carries the execution's input and output as well, so it is never
// logged.
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
type executionEvent struct {
	Detail struct {
		// Name is the execution's, and so the submission's id.
		Name         string `json:"name"`
		Status       string `json:"status"`
		RedriveCount *int   `json:"redriveCount"`
	} `json:"detail"`
}

// execution returns what the event says of the execution; nil where it does not
// say enough.
func (e executionEvent) execution() *async.Execution {
	x := async.Execution{TimedOut: e.Detail.Status == "TIMED_OUT"}
	switch e.Detail.Status {
	case "RUNNING":
		x.Status = api.Running
	case "SUCCEEDED":
		x.Status = api.Succeeded
	case "FAILED", "TIMED_OUT":
		x.Status = api.Failed
	case "ABORTED":
		x.Status = api.Canceled
	default:
		return nil
	}
	if e.Detail.RedriveCount == nil {
		return nil
	}
	x.Redrive = *e.Detail.RedriveCount
	return &x
}

// NewReconcile returns the handler of the event that an execution has ended, or
// runs again: it brings the submission's record in line.
func NewReconcile(c Config) (lambda.Handler, error) {
	service, err := c.service()
	if err != nil {
		return nil, err
	}
	return handler{func(ctx context.Context, event executionEvent) error {
		if event.Detail.Name == "" {
			return errors.New("the event names no execution")
		}
		err := service.Reconcile(ctx, event.Detail.Name, event.execution())
		if e := (*async.RequestError)(nil); errors.As(err, &e) {
			c.telemetry().Log.LogAttrs(ctx, slog.LevelError, "not reconciled", slog.String("submission", async.LogID(event.Detail.Name)),
				slog.String("op", e.Op), slog.String("reason", async.Reason(e.Cause)))
			return errors.New(e.Error())
		}
		return err
	}, []any{c.Store}}, nil
}
