package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// SendTaskSuccess ends a task that waits for its token. Errors: InvalidOutput,
// InvalidToken, and TaskTimedOut where the task no longer waits.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
func (e *Engine) SendTaskSuccess(ctx context.Context, token string, output json.RawMessage) error {
	if len(output) > maxPayload {
		return errorf(InvalidOutput, "Invalid Output: '%d bytes, at most %d are allowed'", len(output), maxPayload)
	}
	if err := value.Check(output); err != nil {
		return errorf(InvalidOutput, "Invalid Output: '%s'", err)
	}
	return e.answer(ctx, token, interp.Input{Kind: interp.TaskSucceeded, Output: output})
}

// SendTaskFailure fails a task that waits for its token; errorName and cause
// may be empty. Errors: InvalidToken, TaskTimedOut.
func (e *Engine) SendTaskFailure(ctx context.Context, token, errorName, cause string) error {
	return e.answer(ctx, token, interp.Input{Kind: interp.TaskFailed, Error: errorName, Cause: cause})
}

// SendTaskHeartbeat starts the task's HeartbeatSeconds again. Errors: InvalidToken, TaskTimedOut.
func (e *Engine) SendTaskHeartbeat(ctx context.Context, token string) error {
	return e.answer(ctx, token, interp.Input{Kind: interp.TaskHeartbeat})
}

func (e *Engine) answer(ctx context.Context, token string, in interp.Input) error {
	if err := e.gate.enter(); err != nil {
		return err
	}
	defer e.gate.leave()
	r, ref, err := e.route(ctx, token)
	if err != nil {
		return err
	}
	x := e.alive(r.ID)
	if x == nil {
		return errTaskGone
	}
	in.Ref = ref
	waiting := func() error {
		if x.waits[ref] == nil {
			return errIgnored
		}
		return nil
	}
	err = x.submit(ctx, in, waiting)
	switch {
	case errors.Is(err, errIgnored) && in.Kind == interp.TaskHeartbeat && x.waitsFor(ref):
		return nil // the task waits, and has no HeartbeatSeconds
	case errors.Is(err, errEnded), errors.Is(err, errIgnored):
		return errTaskGone
	case err != nil:
		return fmt.Errorf("answer the task: %w", err)
	}
	return nil
}

var errTaskGone error = &Error{Code: TaskTimedOut, Message: "Task Timed Out: 'Provided task does not exist anymore'"}

// route finds the execution that a genuine token belongs to.
func (e *Engine) route(ctx context.Context, token string) (r Record, ref uint64, err error) {
	invalid := errorf(InvalidToken, "Invalid Token: 'Invalid token'")
	arn, ref, err := interp.ParseToken(token)
	if err != nil {
		return Record{}, 0, invalid
	}
	r, err = e.find(ctx, arn)
	var apiErr *Error
	if errors.As(err, &apiErr) {
		return Record{}, 0, invalid
	}
	if err != nil {
		return Record{}, 0, err
	}
	revision, err := e.registry.revision(ctx, r.Revision)
	if err != nil {
		return Record{}, 0, err
	}
	if !interp.ValidToken(e.info(r, revision), ref, token) {
		return Record{}, 0, invalid
	}
	return r, ref, nil
}

func (x *execution) waitsFor(ref uint64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.waits[ref] != nil
}
