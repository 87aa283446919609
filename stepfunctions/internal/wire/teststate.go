package wire

import (
	"context"
	"encoding/json"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/integration"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

type testStateOutput struct {
	Status         string        `json:"status"`
	Output         *string       `json:"output,omitempty"`
	Error          *string       `json:"error,omitempty"`
	Cause          *string       `json:"cause,omitempty"`
	NextState      *string       `json:"nextState,omitempty"`
	InspectionData *value.Object `json:"inspectionData,omitempty"`
}

func (s *service) testState(ctx context.Context, in *testStateInput) (*testStateOutput, error) {
	r, f := readStateRequest(in)
	if f != nil {
		return nil, f
	}
	machine, state, f := r.parse()
	if f != nil {
		return nil, f
	}
	result, err := s.engine.TestState(ctx, machine, state, r.stateInput())
	if err != nil {
		return nil, serviceError(err)
	}
	return r.answer(result), nil
}

// parse reads the definition around the state as one of a machine, and finds
// the state in it.
func (r *stateRequest) parse() (*asl.Machine, *asl.State, *Error) {
	found := asl.Validate(r.machine, asl.Options{Partial: r.in.StateName == nil, TestState: true})
	if why := asl.ErrorMessage(found); why != "" {
		return nil, nil, errorf("InvalidDefinition", "%s", why)
	}
	machine, err := asl.Parse(r.machine)
	if err != nil {
		return nil, nil, invalidDefinition(err)
	}
	name := unnamed
	if r.in.StateName != nil {
		name = *r.in.StateName
	}
	inside, state := machine.Find(name)
	return inside, state, nil
}

// stateInput returns what the request sets around the state.
func (r *stateRequest) stateInput() interp.TestStateInput {
	with := interp.TestStateInput{Input: r.input, Inspect: r.inspects(), Info: interp.Info{RoleARN: optional(r.in.RoleARN)}}
	if r.in.Context != nil {
		with.Context = json.RawMessage(*r.in.Context)
	}
	if r.in.Variables != nil {
		with.Variables = json.RawMessage(*r.in.Variables)
	}
	if c := r.in.StateConfiguration; c != nil {
		with.RetrierRetryCount = optional(c.RetrierRetryCount)
		with.MapIterationFailureCount = int(optional(c.MapIterationFailureCount))
	}
	if m := r.in.Mock; m != nil {
		with.Mock = &interp.Mock{}
		if m.Result != nil {
			with.Mock.Result = json.RawMessage(*m.Result)
		} else {
			with.Mock.Error, with.Mock.Cause = optional(m.ErrorOutput.Error), optional(m.ErrorOutput.Cause)
		}
	}
	return with
}

func (r *stateRequest) answer(result interp.TestStateResult) *testStateOutput {
	out := &testStateOutput{
		Status: result.Status, Error: present(result.Error), Cause: present(result.Cause), NextState: present(result.NextState),
	}
	if result.Output != nil {
		text := string(result.Output)
		out.Output = &text
	}
	out.InspectionData = result.Inspection
	return out
}

// inspects reports whether the answer has inspectionData.
func (r *stateRequest) inspects() bool {
	level := optional(r.in.InspectionLevel)
	return level == "DEBUG" || level == "TRACE"
}

// checkMockedFields rejects a mocked result whose members the integrated
// service cannot have answered. Members it does not know are let through.
func checkMockedFields(resource string, result any) *Error {
	if misfit := integration.Parse(resource).Misfit(result); misfit != "" {
		return invalid("Mock result schema validation error: %s", misfit)
	}
	return nil
}

// contextMembers are the members that the parts of a mocked context object may
// have, and their types; Input may be anything.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
var contextMembers = map[string]map[string]string{
	"Execution": {
		"Id": "a string", "Input": "", "Name": "a string", "RoleArn": "a string", "StartTime": "a string",
		"RedriveCount": "a number", "RedriveTime": "a string",
	},
	"State":        {"EnteredTime": "a string", "Name": "a string", "RetryCount": "a number"},
	"StateMachine": {"Id": "a string", "Name": "a string"},
	"Task":         {"Token": "a string"},
}

const badContext = "Invalid Context object provided: "

func (r *stateRequest) readContext() *Error {
	if r.in.Context == nil {
		return nil
	}
	if !r.mocked() {
		return invalid("Context object can only be specified when a mock is specified")
	}
	v, err := value.Parse([]byte(*r.in.Context))
	if err != nil {
		return invalid(badContext+"%s", err)
	}
	o, ok := v.(*value.Object)
	if !ok {
		return invalid(badContext + "must be a JSON object")
	}
	return checkContext(o)
}

func checkContext(context *value.Object) *Error {
	for _, m := range context.Members() {
		if m.Name == "Map" {
			return invalid(badContext + "'Map' field is not supported when mocking a Context object")
		}
		allowed, ok := contextMembers[m.Name]
		if !ok {
			return invalid(badContext+"Field '%s' is not allowed", m.Name)
		}
		part, ok := m.Value.(*value.Object)
		if !ok {
			return invalid(badContext+"Field '%s' must be an object", m.Name)
		}
		if f := checkContextPart(part, allowed); f != nil {
			return f
		}
	}
	return nil
}

func checkContextPart(part *value.Object, allowed map[string]string) *Error {
	for _, m := range part.Members() {
		kind, ok := allowed[m.Name]
		if !ok {
			return invalid(badContext+"Field '%s' is not allowed", m.Name)
		}
		if !integration.IsA(kind, m.Value) {
			return invalid(badContext+"Field '%s' must be %s", m.Name, kind)
		}
	}
	return nil
}

// checkResult checks a mocked result against what the state can have for one.
func (r *stateRequest) checkResult() *Error {
	if !r.mocked() || r.in.Mock.Result == nil {
		return nil
	}
	v, err := value.Parse([]byte(*r.in.Mock.Result))
	if err != nil {
		return invalid("Mocked result must be valid JSON")
	}
	items, isArray := v.([]any)
	_, isObject := v.(*value.Object)
	_, written := r.state.Get("ResultWriter")
	switch {
	case r.kind == "Map" && written:
		if !isObject {
			return invalid("Mocked result must be a JSON object.")
		}
	case r.kind == "Map" || r.kind == "Parallel":
		if !isArray {
			return invalid("Mocked result must be an array.")
		}
	case optional(r.in.Mock.FieldValidationMode) != "NONE":
		return checkMockedFields(member[string](r.state, "Resource"), v)
	}
	return r.checkFailures(items, isArray)
}

// checkFailures checks the number of failures: no more iterations can have failed than there were.
func (r *stateRequest) checkFailures(items []any, isArray bool) *Error {
	c := r.in.StateConfiguration
	if isArray && c != nil && optional(c.MapIterationFailureCount) > int64(len(items)) {
		return invalid("Map iteration failure count must be less than or equal to the number of Map iterations")
	}
	return nil
}

// stateRequest is a TestState request, read and checked as far as that can be
// done without running anything.
type stateRequest struct {
	in *testStateInput
	// state is the JSON of the state under test, and kind its Type.
	state *value.Object
	kind  string
	// machine is the definition of a whole machine around the state.
	machine json.RawMessage
	input   json.RawMessage
}

// unnamed is what the service calls a state that is tested by itself.
const unnamed = "StateName"

func readStateRequest(in *testStateInput) (*stateRequest, *Error) {
	r := &stateRequest{in: in, input: json.RawMessage("{}")}
	for _, check := range []func() *Error{r.readMock, r.readState, r.checkKind, r.readContext, r.checkResult, r.readInput} {
		if f := check(); f != nil {
			return nil, f
		}
	}
	return r, nil
}

func (r *stateRequest) mocked() bool { return r.in.Mock != nil }

func (r *stateRequest) readMock() *Error {
	m := r.in.Mock
	switch {
	case m == nil:
		return nil
	case m.Result != nil && m.ErrorOutput != nil:
		return invalid("A test mock should have only one of the following fields: [result, errorOutput].")
	case m.Result == nil && m.ErrorOutput == nil:
		return invalid("A test mock must have one of the following fields: [result, errorOutput].")
	case optional(r.in.RevealSecrets):
		return invalid("TestState does not support RevealSecrets when a mock is specified.")
	}
	return nil
}

// readState finds the state: the definition itself, or the one that StateName
// names in it, however deep.
func (r *stateRequest) readState() *Error {
	v, err := value.Parse([]byte(*r.in.Definition))
	definition, ok := v.(*value.Object)
	if err != nil || !ok {
		return errorf("InvalidDefinition", "%s", asl.ErrorMessage(asl.Validate([]byte(*r.in.Definition), asl.Options{})))
	}
	if r.in.StateName == nil {
		r.state = definition
		r.machine = value.Append(nil, value.NewObject(
			value.Member{Name: "StartAt", Value: unnamed},
			value.Member{Name: "States", Value: value.NewObject(value.Member{Name: unnamed, Value: definition})},
		))
		return nil
	}
	r.machine = json.RawMessage(*r.in.Definition)
	if r.state = findState(definition, *r.in.StateName); r.state == nil {
		return invalid("State not found in definition")
	}
	return nil
}

// findState looks for a state in a machine, and in the branches and processors
// of its states.
func findState(machine *value.Object, name string) *value.Object {
	states := member[*value.Object](machine, "States")
	if s := member[*value.Object](states, name); s != nil {
		return s
	}
	for _, m := range states.Members() {
		s, _ := m.Value.(*value.Object)
		inner := []any{member[*value.Object](s, "ItemProcessor"), member[*value.Object](s, "Iterator")}
		for _, part := range append(inner, member[[]any](s, "Branches")...) {
			if o, _ := part.(*value.Object); o != nil {
				if found := findState(o, name); found != nil {
					return found
				}
			}
		}
	}
	return nil
}

// member returns a member of an object if it has that type, otherwise the zero.
func member[T any](o *value.Object, name string) T {
	v, _ := o.Get(name)
	t, _ := v.(T)
	return t
}

// checkKind checks the state's type against whether there is a mock.
func (r *stateRequest) checkKind() *Error {
	r.kind = member[string](r.state, "Type")
	mockable := r.kind == "Task" || r.kind == "Map" || r.kind == "Parallel"
	switch {
	case r.mocked() && !mockable && r.kind != "":
		return invalid("State type '%s' is not supported when a mock is specified", r.kind)
	case !r.mocked() && (r.kind == "Map" || r.kind == "Parallel"):
		return errorf("InvalidDefinition", "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]")
	case !r.mocked() && r.kind == "Task" && r.in.RoleARN == nil:
		return invalid("RoleArn must be specified when testing a Task state")
	}
	return nil
}

func (r *stateRequest) readInput() *Error {
	if r.in.Input == nil {
		return nil
	}
	if err := value.Check([]byte(*r.in.Input)); err != nil {
		return errorf("InvalidExecutionInput", "Invalid State Machine Execution Input: '%s'", err)
	}
	r.input = json.RawMessage(*r.in.Input)
	return nil
}

// The input of TestState.

type testStateInput struct {
	Definition         *string                 `json:"definition" limit:"required,min=1,max=1048576,secret"`
	RoleARN            *string                 `json:"roleArn" limit:"min=1,max=256"`
	Input              *string                 `json:"input" limit:"max=262144,bytes,secret"`
	InspectionLevel    *string                 `json:"inspectionLevel" limit:"enum=INFO|DEBUG|TRACE"`
	RevealSecrets      *bool                   `json:"revealSecrets"`
	Variables          *string                 `json:"variables" limit:"max=262144,bytes,secret"`
	StateName          *string                 `json:"stateName" limit:"min=1,max=80,secret"`
	Mock               *mock                   `json:"mock"`
	Context            *string                 `json:"context" limit:"max=262144,bytes,secret"`
	StateConfiguration *testStateConfiguration `json:"stateConfiguration"`
}

type mock struct {
	Result              *string    `json:"result" limit:"max=262144,bytes,secret"`
	ErrorOutput         *mockError `json:"errorOutput"`
	FieldValidationMode *string    `json:"fieldValidationMode" limit:"enum=STRICT|PRESENT|NONE"`
}

type mockError struct {
	Error *string `json:"error" limit:"max=256,secret"`
	Cause *string `json:"cause" limit:"max=32768,secret"`
}

type testStateConfiguration struct {
	RetrierRetryCount        *int64  `json:"retrierRetryCount" limit:"min=0"`
	ErrorCausedByState       *string `json:"errorCausedByState" limit:"min=1,max=80,secret"`
	MapIterationFailureCount *int64  `json:"mapIterationFailureCount" limit:"min=0"`
	MapItemReaderData        *string `json:"mapItemReaderData" limit:"max=262144,bytes,secret"`
}
