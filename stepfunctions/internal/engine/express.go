package engine

import (
	"context"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// StartSyncExecution runs an execution of an Express machine and returns at its
// end. It leaves no trace; when ctx ends before, the execution is aborted.
// Refusals: those of StartExecution but ExecutionAlreadyExists, and
// StateMachineTypeNotSupported for a Standard machine.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
func (e *Engine) StartSyncExecution(ctx context.Context, s StartExecution) (Execution, error) {
	x, err := e.startExpress(ctx, &s)
	if err != nil {
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

func (e *Engine) startExpress(ctx context.Context, s *StartExecution) (*execution, error) {
	if err := e.gate.enter(); err != nil {
		return nil, err
	}
	defer e.gate.leave()
	x, err := e.prepare(ctx, s)
	if err != nil {
		return nil, err
	}
	if !x.ephemeral() {
		return nil, errWrongType
	}
	_, err = e.begin(ctx, x, s.Input)
	return x, err
}

// expressSeconds is how long an Express execution may take.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const expressSeconds = 300

// express is the definition with that bound.
func express(m *asl.Machine) *asl.Machine {
	if m.TimeoutSeconds != nil && *m.TimeoutSeconds <= expressSeconds {
		return m
	}
	bounded, seconds := *m, int64(expressSeconds)
	bounded.TimeoutSeconds = &seconds
	return &bounded
}
