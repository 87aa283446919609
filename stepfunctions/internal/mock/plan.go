package mock

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/integration"
)

// Answerer is who answers a Task state's request.
type Answerer string

// The answerers.
const (
	Real    Answerer = "real"
	Mocked  Answerer = "mocked"
	Stubbed Answerer = "stubbed"
	// Waiting tasks have nothing to answer their request, and end by their token.
	Waiting Answerer = "waiting for a token"
	Missing Answerer = "missing"
)

// Use is a Task state's call and who answers it.
type Use struct {
	State string
	// Call is service:action, or the ARN of a function.
	Call string
	By   Answerer
}

// Plan is who answers the Task states of a machine, in the order of the
// definition. A state that any test case mocks counts as mocked.
type Plan []Use

// NewPlan returns the plan of a machine. stubs says that stubs answer writes.
func NewPlan(name string, definition *asl.Machine, f *File, stubs bool) Plan {
	var plan Plan
	for s := range definition.All() {
		if s.ItemReader != nil {
			u := Use{State: s.Name, Call: "ItemReader", By: Missing}
			if f.mocks(name, s.Name) {
				u.By = Mocked
			}
			plan = append(plan, u)
		}
		if s.ResultWriter != nil {
			plan = append(plan, Use{State: s.Name, Call: "ResultWriter", By: Stubbed})
		}
		if s.Type != asl.Task {
			continue
		}
		r := s.Resource
		u := Use{State: s.Name, Call: r.Call(), By: Missing}
		if !r.Integrated() {
			u.Call = s.Resource.ARN
		}
		kind := r.Kind()
		switch {
		case f.mocks(name, s.Name):
			u.By = Mocked
		case r.Function() || kind == integration.Native:
			u.By = Real
		case r.Pattern == integration.Callback:
			u.By = Waiting
		case stubs && kind == integration.Write:
			u.By = Stubbed
		}
		plan = append(plan, u)
	}
	return plan
}

// mocks reports whether any test case of the machine mocks the state.
func (f *File) mocks(name, state string) bool {
	if f == nil {
		return false
	}
	for _, states := range f.machines[name].cases {
		if states[state] != "" {
			return true
		}
	}
	return false
}

// CallsFunctions reports whether an execution that names no test case may call a
// Lambda function for real.
func CallsFunctions(name string, definition *asl.Machine, f *File) bool {
	var mocked map[string]string
	if f != nil {
		m := f.machines[name]
		mocked = m.cases[m.fallback]
	}
	for s := range definition.All() {
		if s.Type != asl.Task || mocked[s.Name] != "" {
			continue
		}
		if r := s.Resource; r.Function() || r.Invokes() {
			return true
		}
	}
	return false
}

// Foreign reports whether anything but real calls is in the plan.
func (p Plan) Foreign() bool {
	return slices.ContainsFunc(p, func(u Use) bool { return u.By != Real })
}

// String returns the states by who answers them.
func (p Plan) String() string {
	var parts []string
	for _, by := range []Answerer{Real, Mocked, Stubbed, Waiting, Missing} {
		var states []string
		for _, u := range p {
			if u.By == by {
				states = append(states, u.State+" ("+u.Call+")")
			}
		}
		if states != nil {
			parts = append(parts, string(by)+": "+strings.Join(states, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// Unanswered returns the cause of the failure of a task that nothing answers: it
// names the state and what to add to which file.
func (f *File) Unanswered(machine, testCase, state, call string) string {
	path, where := "a mock file (-mock FILE)", testCase
	if f != nil {
		path = f.path
		if where == "" {
			where = f.machines[machine].fallback
		}
	}
	if where == "" {
		where = "NAME"
	}
	return fmt.Sprintf(`Nothing answers for %s, which the state '%s' calls: there is no mock of it. Add %s: "NAME" to StateMachines.%s.TestCases.%s of %s, and "NAME": {"0": {"Return": {}}} to its MockedResponses.`,
		call, state, value.Text(state), machine, where, path)
}

// Named is a state machine by name.
type Named struct {
	Name       string
	Definition *asl.Machine
}

// skeletonCase is the test case that a skeleton has.
const skeletonCase = "HappyPath"

// Skeleton returns a mock file for the machines: one test case each, the default
// one, with a result for every Task state that is to be filled in.
func Skeleton(machines []Named) []byte {
	all, responses := []value.Member{}, []value.Member{}
	for _, m := range machines {
		states := []value.Member{}
		for s := range m.Definition.All() {
			var result any = []any{value.NewObject()}
			if s.Type == asl.Task {
				result = example(s.Resource)
			} else if s.ItemReader == nil {
				continue
			}
			name := m.Name + "." + s.Name
			states = append(states, value.Member{Name: s.Name, Value: name})
			responses = append(responses, value.Member{Name: name, Value: object("0", object("Return", result))})
		}
		all = append(all, value.Member{Name: m.Name, Value: value.NewObject(
			value.Member{Name: defaultCase, Value: skeletonCase},
			value.Member{Name: "TestCases", Value: object(skeletonCase, value.NewObject(states...))},
		)})
	}
	text := value.Append(nil, value.NewObject(
		value.Member{Name: "StateMachines", Value: value.NewObject(all...)},
		value.Member{Name: "MockedResponses", Value: value.NewObject(responses...)},
	))
	indented, err := json.MarshalIndent(json.RawMessage(text), "", "  ")
	if err != nil {
		return text
	}
	return append(indented, '\n')
}

func object(name string, v any) *value.Object {
	return value.NewObject(value.Member{Name: name, Value: v})
}

// example returns a result that fits the resource, as small as can be.
func example(r integration.Resource) any {
	switch {
	case r.Pattern == integration.Callback:
	case r.Invokes():
		return value.NewObject(
			value.Member{Name: "StatusCode", Value: json.Number("200")}, value.Member{Name: "Payload", Value: value.NewObject()})
	case r.Starts() && r.Pattern == integration.Sync2:
		return value.NewObject(
			value.Member{Name: "Status", Value: "SUCCEEDED"}, value.Member{Name: "Output", Value: value.NewObject()})
	case r.Starts() && r.Pattern == integration.Sync:
		return value.NewObject(
			value.Member{Name: "Status", Value: "SUCCEEDED"}, value.Member{Name: "Output", Value: "{}"})
	default:
		answer, ok := r.Stub(nil, "00000000-0000-4000-8000-000000000000")
		if v, err := value.Parse(answer); ok && err == nil {
			return v
		}
	}
	return value.NewObject()
}
