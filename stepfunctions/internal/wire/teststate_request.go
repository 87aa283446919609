package wire

import (
	"encoding/json"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

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

func readStateRequest(in *testStateInput) (*stateRequest, *Fault) {
	r := &stateRequest{in: in, input: json.RawMessage("{}")}
	for _, check := range []func() *Fault{r.readMock, r.readState, r.checkKind, r.readContext, r.checkResult, r.readInput} {
		if f := check(); f != nil {
			return nil, f
		}
	}
	return r, nil
}

func (r *stateRequest) mocked() bool { return r.in.Mock != nil }

func (r *stateRequest) readMock() *Fault {
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
func (r *stateRequest) readState() *Fault {
	v, err := value.Parse([]byte(*r.in.Definition))
	definition, ok := v.(*value.Object)
	if err != nil || !ok {
		return fault("InvalidDefinition", "%s", asl.Refusal(asl.Validate([]byte(*r.in.Definition), asl.Options{})))
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

// member is a member of an object if it has that type, otherwise the zero.
func member[T any](o *value.Object, name string) T {
	v, _ := o.Get(name)
	t, _ := v.(T)
	return t
}

// checkKind holds the state's type against whether there is a mock.
func (r *stateRequest) checkKind() *Fault {
	r.kind = member[string](r.state, "Type")
	mockable := r.kind == "Task" || r.kind == "Map" || r.kind == "Parallel"
	switch {
	case r.mocked() && !mockable && r.kind != "":
		return invalid("State type '%s' is not supported when a mock is specified", r.kind)
	case !r.mocked() && (r.kind == "Map" || r.kind == "Parallel"):
		return fault("InvalidDefinition", "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]")
	case !r.mocked() && r.kind == "Task" && r.in.RoleARN == nil:
		return invalid("RoleArn must be specified when testing a Task state")
	}
	return nil
}

func (r *stateRequest) readInput() *Fault {
	if r.in.Input == nil {
		return nil
	}
	if !json.Valid([]byte(*r.in.Input)) {
		return fault("InvalidExecutionInput", "Invalid State Machine Execution Input: 'not a JSON text'")
	}
	r.input = json.RawMessage(*r.in.Input)
	return nil
}
