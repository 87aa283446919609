package interp

import (
	"encoding/json"
	"strconv"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// context is the context object that $$ stands for in the scope's state.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
func (r *Run) context(s *scope) *value.Object {
	if r.given != nil {
		return r.given
	}
	members := []value.Member{
		{Name: "Execution", Value: r.executionContext(s)},
		{Name: "StateMachine", Value: value.NewObject(
			value.Member{Name: "Id", Value: r.info.StateMachineARN},
			value.Member{Name: "Name", Value: r.info.StateMachineName},
		)},
		{Name: "State", Value: s.stateContext()},
	}
	if it := s.currentItem(); it != nil {
		members = append(members, value.Member{Name: "Map", Value: it.context()})
	}
	if token := r.currentToken(s); token != "" {
		members = append(members, value.Member{Name: "Task", Value: value.NewObject(value.Member{Name: "Token", Value: token})})
	}
	return value.NewObject(members...)
}

func (r *Run) executionContext(s *scope) *value.Object {
	id, name, input, started := r.info.ExecutionARN, r.info.ExecutionName, r.input.v, stamp(r.startedAt)
	if c := s.childOf(); c != nil {
		id, name, input, started = c.id, c.name, c.input.v, c.started
	}
	members := []value.Member{
		{Name: "Id", Value: id},
		{Name: "Input", Value: input},
		{Name: "StartTime", Value: started},
		{Name: "Name", Value: name},
		{Name: "RoleArn", Value: r.info.RoleARN},
	}
	if r.trial == nil {
		members = append(members, value.Member{Name: "RedriveCount", Value: json.Number(strconv.Itoa(r.redrives))})
	}
	return value.NewObject(members...)
}

// stateContext has a RetryCount for the states that can have a Retry.
func (s *scope) stateContext() *value.Object {
	members := []value.Member{
		{Name: "Name", Value: s.state.Name},
		{Name: "EnteredTime", Value: stamp(s.enteredAt)},
	}
	switch s.state.Type {
	case asl.Task, asl.Parallel, asl.Map:
		members = append(members, value.Member{Name: "RetryCount", Value: value.FromInt(s.retries)})
	}
	return value.NewObject(members...)
}

// currentItem is the array element that the scope, or one around it, works on.
// A child execution knows nothing of the Map around it.
func (s *scope) currentItem() *item {
	for ; s != nil; s = s.parent {
		if s.item != nil || s.child != nil {
			return s.item
		}
	}
	return nil
}

func (i *item) context() *value.Object {
	return value.NewObject(value.Member{Name: "Item", Value: value.NewObject(
		value.Member{Name: "Index", Value: value.FromInt(int64(i.index))},
		value.Member{Name: "Value", Value: i.value},
	)})
}
