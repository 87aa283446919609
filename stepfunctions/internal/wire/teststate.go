package wire

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
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
	result, err := s.engine.TestState(ctx, machine, state, r.trial())
	if err != nil {
		return nil, refused(err)
	}
	return r.answer(result), nil
}

// parse reads the definition around the state as one of a machine, and finds
// the state in it.
func (r *stateRequest) parse() (*asl.Machine, *asl.State, *Fault) {
	if why := asl.Refusal(r.diagnostics()); why != "" {
		return nil, nil, fault("InvalidDefinition", "%s", why)
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

// diagnostics are those of the definition. What a mocked task would call does
// not matter, for it is not called.
func (r *stateRequest) diagnostics() []asl.Diagnostic {
	found := asl.Validate(r.machine, asl.Options{Partial: r.in.StateName == nil})
	return slices.DeleteFunc(found, func(d asl.Diagnostic) bool {
		return r.mocked() && d.Severity == asl.SeverityWarning && strings.HasSuffix(d.Location, "/Resource")
	})
}

// trial is what the request sets around the state.
func (r *stateRequest) trial() interp.TrialInput {
	with := interp.TrialInput{Input: r.input, Inspect: r.inspects(), Info: interp.Info{RoleARN: optional(r.in.RoleARN)}}
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

func (r *stateRequest) answer(result interp.TrialResult) *testStateOutput {
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
