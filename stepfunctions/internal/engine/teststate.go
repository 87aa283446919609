package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/integration"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// testStateTimeout is how long the service lets a TestState take.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
const testStateTimeout = 5 * time.Minute

// TestState runs one state of a machine by itself, without a trace in the
// journal. A Task without a mock calls its function, or starts its nested
// execution, which does leave one. with's Info but for the role, At and Done
// are filled in here: when ctx ends, the evaluation does. Error: ValidationException for a task that only a mock can answer.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
func (e *Engine) TestState(ctx context.Context, m *asl.Machine, state *asl.State, with interp.TestStateInput) (interp.TestStateResult, error) {
	if err := e.gate.enter(); err != nil {
		return interp.TestStateResult{}, err
	}
	defer e.gate.leave()
	if err := untestable(state, with.Mock != nil); err != nil {
		return interp.TestStateResult{}, err
	}
	with.Info, with.At, with.Done = e.testStateInfo(with.Info.RoleARN), e.now(), ctx.Done()
	testState, err := interp.NewTestState(m, state, with)
	if err != nil {
		return interp.TestStateResult{}, errorf(ValidationException, "The state cannot be tested with this: %s", err)
	}
	if task, ok := testState.Start(); ok {
		answer, err := e.tryTask(ctx, with.Info, task)
		if err != nil {
			return interp.TestStateResult{}, err
		}
		testState.Answer(answer)
	}
	if err := ctx.Err(); err != nil {
		return interp.TestStateResult{}, err
	}
	return testState.Result(), nil
}

// untestable returns why a state cannot be tested here, nil where it can.
func untestable(state *asl.State, mocked bool) error {
	r := state.Resource
	switch {
	case state.ItemReader != nil:
		return errorf(ValidationException, "The items of the state '%s' cannot be read here: test it without its ItemReader", state.Name)
	case state.Type != asl.Task || mocked:
		return nil
	case r.Pattern != "":
		return errorf(ValidationException, "A mock must be specified when testing a Task state with the resource '%s'", state.Resource.ARN)
	case !r.Function() && r.Kind() != integration.Native:
		return errorf(ValidationException, "The resource '%s' cannot be called here: test the state with the parameter mock", state.Resource.ARN)
	}
	return nil
}

// testStateInfo returns the info of an Express execution of a machine that is not there.
func (e *Engine) testStateInfo(roleARN string) interp.Info {
	machine, name := newUUID(), newUUID()
	info := interp.Info{
		ExecutionARN: e.arns.prefix + "express:" + machine + ":" + name, ExecutionName: name, RoleARN: roleARN,
		StateMachineARN: e.arns.machine(machine), StateMachineName: machine,
	}
	rand.Read(info.Seed[:])
	return info
}

// tryTask does the task of a TestState, and returns the input that its end is.
func (e *Engine) tryTask(ctx context.Context, info interp.Info, t interp.Task) (interp.Input, error) {
	bounded, cancel := context.WithTimeout(ctx, testStateTimeout)
	defer cancel()
	in, err := e.tryCall(bounded, info, t)
	in.At = e.now()
	switch {
	case ctx.Err() != nil:
		return in, ctx.Err()
	case bounded.Err() != nil:
		return interp.Input{Kind: interp.TaskFailed, At: in.At, Ref: t.Ref, Error: "States.Timeout"}, nil
	}
	return in, err
}

func (e *Engine) tryCall(ctx context.Context, info interp.Info, t interp.Task) (interp.Input, error) {
	if integration.Parse(t.Resource).Starts() {
		return e.tryNested(ctx, info, t)
	}
	out, err := e.cfg.Invoker.Invoke(ctx, t.Function, t.Payload)
	if err != nil {
		return failed(t, err), nil
	}
	return interp.Input{Kind: interp.TaskSucceeded, Ref: t.Ref, Output: out}, nil
}

func (e *Engine) tryNested(ctx context.Context, info interp.Info, t interp.Task) (interp.Input, error) {
	tried := &execution{engine: e, record: Record{Seed: info.Seed}}
	s, err := tried.nestedStart(t)
	var child Record
	if err == nil {
		child, err = e.start(ctx, s, nil)
	}
	if apiErr := (*Error)(nil); errors.As(err, &apiErr) {
		return interp.Input{Kind: interp.TaskFailed, Ref: t.Ref, Error: "StepFunctions." + string(apiErr.Code) + "Exception", Cause: apiErr.Message}, nil
	}
	if err != nil {
		return interp.Input{}, err
	}
	return interp.Input{Kind: interp.TaskSucceeded, Ref: t.Ref, Output: e.startAnswer(child)}, nil
}
