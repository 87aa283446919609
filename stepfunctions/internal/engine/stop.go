package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// errStarting refuses to stop what nobody runs yet: to say that it stopped
// would not be true.
var errStarting = errors.New("the execution is being started")

// StopExecution aborts an execution and tells when it stopped; for one that
// has ended already, when that was. errorName and cause may be empty.
// Refusals: InvalidArn, ExecutionDoesNotExist, StateMachineTypeNotSupported.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
func (e *Engine) StopExecution(ctx context.Context, arn, errorName, cause string) (time.Time, error) {
	if err := e.gate.enter(); err != nil {
		return time.Time{}, err
	}
	defer e.gate.leave()
	r, err := e.find(ctx, arn)
	if err != nil {
		return time.Time{}, err
	}
	if r.Status == Running {
		if err := e.adopt(ctx, r.ID); err != nil {
			return time.Time{}, err
		}
	}
	if x := e.alive(r.ID); x != nil {
		err := x.submit(ctx, interp.Input{Kind: interp.Stopped, Error: errorName, Cause: cause}, nil)
		if err != nil && !errors.Is(err, errEnded) {
			return time.Time{}, fmt.Errorf("stop the execution: %w", err)
		}
		r, err = x.end(ctx)
		return r.Stopped, err
	}
	// It may have ended since it was read.
	r, err = e.cfg.Journal.Record(ctx, r.ID)
	if err == nil && r.Status == Running {
		err = errStarting
	}
	return r.Stopped, err
}
