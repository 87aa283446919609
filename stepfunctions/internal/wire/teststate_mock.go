package wire

import (
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

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

func (r *stateRequest) readContext() *Fault {
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

func checkContext(context *value.Object) *Fault {
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

func checkContextPart(part *value.Object, allowed map[string]string) *Fault {
	for _, m := range part.Members() {
		kind, ok := allowed[m.Name]
		if !ok {
			return invalid(badContext+"Field '%s' is not allowed", m.Name)
		}
		if !isA(kind, m.Value) {
			return invalid(badContext+"Field '%s' must be %s", m.Name, kind)
		}
	}
	return nil
}

// checkResult holds a mocked result against what the state can have for one.
func (r *stateRequest) checkResult() *Fault {
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

// checkFailures: no more iterations can have failed than there were.
func (r *stateRequest) checkFailures(items []any, isArray bool) *Fault {
	c := r.in.StateConfiguration
	if isArray && c != nil && optional(c.MapIterationFailureCount) > int64(len(items)) {
		return invalid("Map iteration failure count must be less than or equal to the number of Map iterations")
	}
	return nil
}
