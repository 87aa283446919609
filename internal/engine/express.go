package engine

import (
	"context"

	"asynchttpapi/internal/asl/interp"
)

// StartSyncExecution runs an execution of an Express machine and returns at its
// end. It leaves no trace; when ctx ends before, the execution is aborted.
// Refusals: those of StartExecution but ExecutionAlreadyExists, and
// StateMachineTypeNotSupported for a Standard machine.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
func (e *Engine) StartSyncExecution(ctx context.Context, s StartExecution) (Execution, error) {
	if err := e.gate.enter(); err != nil {
		return Execution{}, err
	}
	defer e.gate.leave()
	x, err := e.prepare(ctx, &s)
	if err != nil {
		return Execution{}, err
	}
	if !x.ephemeral() {
		return Execution{}, refuse(StateMachineTypeNotSupport, "This operation is not supported by this type of state machine")
	}
	if _, err := e.begin(ctx, x, s.Input); err != nil {
		return Execution{}, err
	}
	r, err := x.end(ctx)
	if err != nil {
		x.report(interp.Input{Kind: interp.Stopped})
		return Execution{}, err
	}
	told := e.execution(r)
	told.Input = s.Input
	return told, nil
}
