package engine

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/integration"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// invoke calls a task's function and reports what it answers. A call that takes
// longer than Lambda lets any function run is given up. It returns the calls that follow.
func (x *execution) invoke(ctx context.Context, cancel context.CancelCauseFunc, t interp.Task) []call {
	if ctx.Err() != nil {
		return nil
	}
	x.begun(t.Ref)
	defer x.engine.limit.end(x.engine.limit.begin(cancel))
	out, err := x.engine.cfg.Invoker.Invoke(ctx, t.Function, t.Payload)
	switch {
	case ctx.Err() == nil || err == nil && context.Cause(ctx) == errCallTooLong:
	case context.Cause(ctx) == errCallTooLong:
		err = errCallTooLong
	default:
		// No task waits any more, or the engine closes and calls again at its next start.
		return nil
	}
	return x.called(&t, out, err)
}

// begun is a method of its own, like called, so that the stacks of thousands of
// calls that take long stay small.
func (x *execution) begun(ref uint64) { x.note(interp.Input{Kind: interp.TaskStarted, Ref: ref}) }

func (x *execution) called(t *interp.Task, out []byte, err error) []call {
	if !x.answered(t.Ref) {
		return nil
	}
	switch {
	case err != nil:
		return x.reported(failed(*t, err))
	case t.Token != "":
		return x.reported(interp.Input{Kind: interp.TaskSubmitted, Ref: t.Ref, Output: out})
	}
	return x.reported(interp.Input{Kind: interp.TaskSucceeded, Ref: t.Ref, Output: out})
}

// answered reports whether the call's answer still matters, and that the call is over.
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

// failed returns the input for a failure, worded as Lambda tasks do.
func failed(t interp.Task, err error) interp.Input {
	in := interp.Input{Kind: interp.TaskFailed, Ref: t.Ref}
	var function *FunctionError
	var service *ServiceError
	switch {
	case errors.Is(err, ErrResultTooLarge):
		in.Error, in.Cause = interp.ResultTooLarge(t.Resource)
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

// Invoker calls functions. In async/local it calls the project's own handlers, in
// stepfunctions an endpoint that speaks Lambda's Invoke API.
type Invoker interface {
	// Invoke calls the function and returns its result as JSON. function is
	// the state's Resource or the FunctionName of a lambda:invoke task: an
	// ARN, with or without a version, or a bare name. A failure of the function
	// itself is a *FunctionError, an error of Lambda itself a *ServiceError, a result
	// that is longer than Lambda passes on ErrResultTooLarge; any other error
	// counts as Lambda.SdkClientException. ctx ends when no task waits
	// for the result any more: the state has timed out, the execution was
	// stopped, or the engine closes. Invoke is called from many goroutines, at
	// most Config.MaxInvocations at a time.
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// ErrResultTooLarge says that a function's result is longer than Lambda passes
// on, which is more than a state can have.
var ErrResultTooLarge = errors.New("the function's result is too large")

// FunctionError is what a function answered when it failed.
type FunctionError struct {
	// Payload is the error object as JSON. Its errorType is what Retry and
	// Catch match on, the whole of it becomes the Cause.
	Payload []byte
}

func (e *FunctionError) Error() string { return "the function failed" }

// ServiceError is an error of Lambda itself, which did not run the function.
type ServiceError struct {
	// Name is as the states language sees it, for instance Lambda.TooManyRequestsException.
	Name    string
	Message string
}

func (e *ServiceError) Error() string { return e.Name + ": " + e.Message }

// startParameters are the Parameters of a states:startExecution task.
type startParameters struct {
	StateMachineArn string
	Name            string
	Input           json.RawMessage
}

// startNested starts the execution that a task asks for. It may run again after a
// crash: the child then is there already, and is known by its Parent.
func (x *execution) startNested(t interp.Task) {
	pattern := integration.Parse(t.Resource).Pattern
	s, err := x.nestedStart(t)
	var child Record
	if err == nil {
		child, err = x.engine.start(context.Background(), s, x.nestFor(t, t.Token == "" && pattern != integration.RequestResponse))
	}
	var apiErr *Error
	switch {
	case errors.As(err, &apiErr):
		x.settled(t.Ref, interp.Input{Kind: interp.TaskFailed, Ref: t.Ref, Error: errorName(apiErr.Code), Cause: x.nestedCause(t.Ref, apiErr)})
	case err != nil:
		x.engine.logJournal("a nested execution could not be written", x.record.ID, err)
		x.again(t.Ref, err)
	case t.Token != "":
		x.report(interp.Input{Kind: interp.TaskSubmitted, Ref: t.Ref, Output: x.engine.startAnswer(child)})
	case pattern == integration.RequestResponse:
		x.settled(t.Ref, interp.Input{Kind: interp.TaskSucceeded, Ref: t.Ref, Output: x.engine.startAnswer(child)})
	default:
		x.await(t.Ref, child, pattern == integration.Sync2)
	}
}

// errorName returns the name of an error as the states language has it.
func errorName(code Code) string {
	return "StepFunctions." + strings.TrimSuffix(string(code), "Exception") + "Exception"
}

// nestedCause returns an error's cause as the service's integration with itself words it.
func (x *execution) nestedCause(ref uint64, apiErr *Error) string {
	return fmt.Sprintf("%s (Service: AWSStepFunctions; Status Code: 400; Error Code: %s; Request ID: %s; Proxy: null)",
		apiErr.Message, apiErr.Code, formatUUID(derive(x.record.Seed, "request", ref)))
}

func (x *execution) nestedStart(t interp.Task) (StartExecution, error) {
	var p startParameters
	if err := json.Unmarshal(t.Parameters, &p); err != nil {
		return StartExecution{}, errorf(ValidationException, "The parameters of the nested execution are not valid: %s", err)
	}
	s := StartExecution{MachineARN: p.StateMachineArn, Name: p.Name, Input: p.Input}
	if s.Name == "" {
		s.Name = formatUUID(derive(x.record.Seed, "name", t.Ref))
	}
	var text string
	switch {
	case len(p.Input) == 0 || string(p.Input) == "null":
		s.Input = nil
	case json.Unmarshal(p.Input, &text) == nil:
		s.Input = json.RawMessage(text)
	}
	return s, nil
}

// nest is where a nested execution comes from.
type nest struct {
	Parent
	seed [16]byte
	// testCase is that of the parent.
	testCase string
	// awaited reports whether the task ends with the execution.
	awaited bool
}

func (x *execution) nestFor(t interp.Task, awaited bool) *nest {
	return &nest{Parent: Parent{ID: x.record.ID, Ref: t.Ref}, seed: derive(x.record.Seed, "seed", t.Ref), testCase: x.testCase, awaited: awaited}
}

// derive returns a child's name, seed or request id. It is the same at every attempt of a
// task, so that a crash never starts two, and no other task's: the parent's
// seed is its own and known to no caller.
func derive(seed [16]byte, purpose string, ref uint64) [16]byte {
	mac := hmac.New(sha256.New, seed[:])
	mac.Write(binary.BigEndian.AppendUint64([]byte("child "+purpose), ref))
	return [16]byte(mac.Sum(nil)[:16])
}

// settled reports the result of a task if it still matters.
func (x *execution) settled(ref uint64, in interp.Input) {
	if x.answered(ref) {
		x.report(in)
	}
}

// again forgets that the task is under way, since the journal failed with err,
// and takes it up later.
func (x *execution) again(ref uint64, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.waits, ref)
	x.recoverLater(err)
}

// await has the child's end reported to the task, at once if it has ended.
func (x *execution) await(ref uint64, child Record, asJSON bool) {
	x.report(interp.Input{Kind: interp.TaskSubmitted, Ref: ref, Output: x.engine.startAnswer(child)})
	x.mu.Lock()
	if w := x.waits[ref]; w != nil {
		w.child, w.childJSON = child.ID, asJSON
	} else {
		// The task timed out or was stopped before its child was known.
		x.engine.stopChild(child.ID)
	}
	x.mu.Unlock()
	if x.engine.alive(child.ID) != nil {
		return
	}
	ended, err := x.engine.cfg.Journal.Record(context.Background(), child.ID)
	if err != nil {
		x.engine.cfg.Log.Error("a nested execution could not be read", "execution", child.ID, "error", err)
		x.again(ref, err)
		return
	}
	x.childEnded(ended)
}

// childEnded reports the end of a child to the task that waits for it.
func (x *execution) childEnded(child Record) {
	ref := child.Parent.Ref
	x.mu.Lock()
	w := x.waits[ref]
	due := w != nil && w.child == child.ID
	asJSON := false
	if due {
		w.child, asJSON = 0, w.childJSON
	}
	x.mu.Unlock()
	if !due {
		return
	}
	in, err := x.childResult(ref, child, asJSON)
	if err != nil {
		x.engine.cfg.Log.Error("a nested execution could not be read", "execution", child.ID, "error", err)
		x.again(ref, err)
		return
	}
	x.report(in)
}

func (x *execution) childResult(ref uint64, child Record, asJSON bool) (interp.Input, error) {
	input, err := x.engine.input(context.Background(), child.ID)
	if err != nil {
		return interp.Input{}, err
	}
	answer, err := x.engine.endAnswer(child, input, asJSON)
	switch {
	case err != nil:
		return interp.Input{Kind: interp.TaskFailed, Ref: ref, Error: "States.Runtime", Cause: "The output of the nested execution has too many levels."}, nil
	case child.Status == Succeeded:
		return interp.Input{Kind: interp.TaskSucceeded, Ref: ref, Output: answer}, nil
	}
	return interp.Input{Kind: interp.TaskFailed, Ref: ref, Error: "States.TaskFailed", Cause: string(answer)}, nil
}
