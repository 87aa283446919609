package engine

import (
	"context"
	"encoding/json"
	"errors"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// invoke calls a task's function and reports what it answers.
func (x *execution) invoke(ctx context.Context, t interp.Task) {
	if ctx.Err() != nil {
		return
	}
	out, err := x.engine.cfg.Invoker.Invoke(ctx, t.Function, t.Payload)
	if ctx.Err() != nil {
		// Nobody waits any more, or the engine closes and calls again at its next start.
		return
	}
	if !x.answered(t.Ref) {
		return
	}
	switch {
	case err != nil:
		x.report(failed(t.Ref, err))
	case t.Token != "":
		x.report(interp.Input{Kind: interp.TaskSubmitted, Ref: t.Ref, Output: out})
	default:
		x.report(interp.Input{Kind: interp.TaskSucceeded, Ref: t.Ref, Output: out})
	}
}

// answered tells whether the call's answer still matters, and that the call is over.
func (x *execution) answered(ref uint64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	w := x.waits[ref]
	if w == nil {
		return false
	}
	w.cancel = nil
	return true
}

// failed words a failure as Lambda tasks do.
func failed(ref uint64, err error) interp.Input {
	in := interp.Input{Kind: interp.TaskFailed, Ref: ref}
	var function *FunctionError
	var service *ServiceError
	switch {
	case errors.As(err, &function):
		in.Error, in.Cause = interp.FunctionFailure(function.Payload)
	case errors.As(err, &service):
		in.Error, in.Cause = service.Name, service.Message
	default:
		in.Error, in.Cause = "Lambda.SdkClientException", err.Error()
	}
	return in
}

// raw writes a value that is known to be JSON.
func raw(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
