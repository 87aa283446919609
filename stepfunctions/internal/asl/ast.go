// Package asl is the Amazon States Language: its definitions as a tree, read
// from JSON (Parse) and written back (Print). The pure interpreter of the tree
// is the package interp below it.
//
// The tree is not changed after Parse; executions share it.
package asl

import "example.org/asynchttpapi/stepfunctions/internal/asl/value"

// Machine is a whole definition, a branch of a Parallel state, or the
// processor of a Map state.
type Machine struct {
	// Source is the object as written, with members that have no field here.
	Source *value.Object
	// Pointer is the JSON pointer (RFC 6901) of the object; the root's is "".
	Pointer string

	Comment       string
	QueryLanguage string // JSONPath, JSONata, or empty where not written
	Version       string
	StartAt       string
	// TimeoutSeconds bounds the whole execution; nil means no bound.
	TimeoutSeconds *int64
	// Processor is set for the processor of a Map state that has a ProcessorConfig.
	Processor *ProcessorConfig
	// States are in the order they were written in.
	States []*State

	byName map[string]*State
}

// State gives the state of that name, nil where there is none.
func (m *Machine) State(name string) *State { return m.byName[name] }

// ProcessorConfig says how a Map state's processor is to run.
type ProcessorConfig struct {
	Source        *value.Object
	Mode          string // INLINE or DISTRIBUTED
	ExecutionType string // STANDARD or EXPRESS, for DISTRIBUTED
}

// Type is a state's type.
type Type string

// The state types.
const (
	Pass     Type = "Pass"
	Task     Type = "Task"
	Choice   Type = "Choice"
	Wait     Type = "Wait"
	Succeed  Type = "Succeed"
	Fail     Type = "Fail"
	Parallel Type = "Parallel"
	Map      Type = "Map"
)

// Find looks for a state by name in m and everything inside it, and gives the
// machine, branch or processor that has it; nil where there is none.
func (m *Machine) Find(name string) (*Machine, *State) {
	if s := m.State(name); s != nil {
		return m, s
	}
	for _, s := range m.States {
		inner := s.Branches
		if s.ItemProcessor != nil {
			inner = append(inner[:len(inner):len(inner)], s.ItemProcessor)
		}
		for _, part := range inner {
			if in, found := part.Find(name); found != nil {
				return in, found
			}
		}
	}
	return nil, nil
}
