package functions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

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
func activity(c Config, stage string, run func(context.Context, async.ActivityInput) (async.ActivityOutput, error)) lambda.Handler {
	return activityFunc(func(ctx context.Context, in async.ActivityInput) (out async.ActivityOutput, err error) {
		defer func() {
			if reason := recover(); reason != nil {
				w := c.telemetry()
				c.observe(ctx, async.Event{Kind: async.StageError, ID: in.ID, Stage: stage, ErrorType: async.Unavailable, Err: panicError{reason}})
				w.Log.ErrorContext(ctx, "panic", "submission", async.LogID(in.ID), "reason", panicError{reason}.ErrorCode(), "stack", string(debug.Stack()))
				out, err = async.ActivityOutput{}, messages.InvokeResponse_Error{Type: async.Unavailable, Message: "the activity panicked"}
			}
		}()
		if out, err = run(ctx, in); err != nil {
			if e := (*async.ActivityError)(nil); errors.As(err, &e) && expected(e.Name) {
				c.telemetry().ErrorExpected(ctx, in.ID, stage, e.Name)
			}
			return async.ActivityOutput{}, invokeError(err)
		}
		return out, nil
	})
}

// activityFunc is a lambda.Handler without reflection: its frames are part of
// every stack on which a stage waits, and those of lambda.NewHandler are large.
type activityFunc func(context.Context, async.ActivityInput) (async.ActivityOutput, error)

// Invoke implements lambda.Handler.
func (f activityFunc) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var in async.ActivityInput
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, err
	}
	out, err := f(ctx, in)
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// expected reports whether an activity ends with this error by design: a failure
// that the job declares, a submission that has ended meanwhile, and every failure
// that has been recorded.
func expected(name string) bool {
	return name == async.Failed || name == async.Overtaken || !strings.HasPrefix(name, "Activity.")
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
