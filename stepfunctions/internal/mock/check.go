package mock

import (
	"maps"
	"slices"
	"strconv"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/integration"
	"example.org/asynchttpapi/stepfunctions/internal/nearest"
)

// Absent is a state machine of the file that is not there.
type Absent struct {
	// Meant is the one that its name is most like, "" for none.
	Meant string
	// Why is the message about it, with its place in the file.
	Why error
}

// AbsentMachines returns the state machines of the file that are not among those
// that are there, in the order of their names.
func (f *File) AbsentMachines(there []string) (all []Absent) {
	for _, name := range f.Machines() {
		if !slices.Contains(there, name) {
			near := nearest.To(name, there)
			all = append(all, Absent{near, f.wrong([]string{"StateMachines", name}, "there is no such state machine%s", nearest.Meant(near))})
		}
	}
	return all
}

// Check checks the mocks of a machine against its definition. A problem is a
// mistake: a state that is not there or is no Task. A misfit is a result that
// the service's API cannot have given.
func (f *File) Check(name string, definition *asl.Machine) (problems, misfits []error) {
	if f == nil {
		return nil, nil
	}
	for _, c := range slices.Sorted(maps.Keys(f.machines[name].cases)) {
		states := f.machines[name].cases[c]
		for _, state := range slices.Sorted(maps.Keys(states)) {
			path := []string{"StateMachines", name, "TestCases", c, state}
			_, found := definition.Find(state)
			switch {
			case found == nil:
				problems = append(problems, f.wrong(path, "the state machine has no such state%s", nearest.Meant(nearest.To(state, mockable(definition)))))
			case !hasMocks(found):
				problems = append(problems, f.wrong(path, "it is a %s state, and only Task states, and the items of a Map state with an ItemReader, can have mocks", found.Type))
			default:
				misfits = append(misfits, f.misfits(states[state], found)...)
			}
		}
	}
	return problems, misfits
}

// hasMocks reports whether a mock can answer for the state.
func hasMocks(s *asl.State) bool { return s.Type == asl.Task || s.ItemReader != nil }

// mockable returns the names of the states that mocks can answer for.
func mockable(definition *asl.Machine) (names []string) {
	for s := range definition.All() {
		if hasMocks(s) {
			names = append(names, s.Name)
		}
	}
	return names
}

// misfits returns the results of a response that what the state calls cannot have
// given. A task that waits for a token ends with what any program sends.
func (f *File) misfits(name string, state *asl.State) (all []error) {
	r := state.Resource
	if r.Pattern == integration.Callback {
		return nil
	}
	for _, a := range f.responses[name] {
		result, err := value.Parse(a.response.Return)
		if a.response.Return == nil || err != nil {
			continue
		}
		key := strconv.Itoa(a.first)
		if a.last > a.first {
			key += "-" + strconv.Itoa(a.last)
		}
		path := []string{"MockedResponses", name, key, "Return"}
		_, isObject := result.(*value.Object)
		if _, isList := result.([]any); state.ItemReader != nil && !isList {
			all = append(all, f.wrong(path, "an ItemReader reads an array of items"))
		} else if why := r.Misfit(result); why != "" {
			all = append(all, f.wrong(path, "%s does not answer this: %s", r.Call(), why))
		} else if r.Integrated() && !isObject {
			all = append(all, f.wrong(path, "%s does not answer this: it answers an object", r.Call()))
		}
	}
	return all
}
