// Package asl is the Amazon States Language: its definitions as a tree, read
// from JSON (Parse) and written back (Print). The pure interpreter of the tree
// is the package interp below it.
//
// The tree is not changed after Parse; executions share it.
package asl

import (
	"iter"

	"example.org/asynchttpapi/stepfunctions/internal/asl/choice"
	"example.org/asynchttpapi/stepfunctions/internal/asl/intrinsic"
	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/integration"
)

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

// State returns the state of that name, nil where there is none.
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

// Find looks for a state by name in m and everything inside it, and returns the
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

// All returns the states of m and of everything inside it, in the order of the
// definition.
func (m *Machine) All() iter.Seq[*State] {
	return func(yield func(*State) bool) { m.each(yield) }
}

func (m *Machine) each(yield func(*State) bool) bool {
	for _, s := range m.States {
		if !yield(s) {
			return false
		}
		for _, branch := range s.Branches {
			if !branch.each(yield) {
				return false
			}
		}
		if s.ItemProcessor != nil && !s.ItemProcessor.each(yield) {
			return false
		}
	}
	return true
}

// State is one state. A field that was not written has its zero value; Source
// distinguishes an absent field from a written zero.
type State struct {
	Source  *value.Object
	Pointer string
	Name    string
	Type    Type

	Comment       string
	QueryLanguage string
	Next          string
	End           bool

	InputPath, OutputPath, ResultPath *Path
	Parameters, ResultSelector        *Template
	// Assign has one member for each workflow variable to set.
	Assign *Template
	Retry  []*Retrier
	Catch  []*Catcher

	Result any // Pass; Source reports whether it was written

	TaskFields
	WaitFields
	FailFields
	MapFields

	Choices []*Rule // Choice
	Default string  // Choice

	Branches []*Machine // Parallel
}

// Has reports whether the field was written.
func (s *State) Has(field string) bool {
	_, ok := s.Source.Get(field)
	return ok
}

// TaskFields are the fields of a Task state only.
type TaskFields struct {
	Resource             integration.Resource
	TimeoutSeconds       *int64
	TimeoutSecondsPath   *Path
	HeartbeatSeconds     *int64
	HeartbeatSecondsPath *Path
	Credentials          *Template
}

// WaitFields are the fields of a Wait state only.
type WaitFields struct {
	Seconds       *int64
	SecondsPath   *Path
	Timestamp     string
	TimestampPath *Path
}

// FailFields are the fields of a Fail state only.
type FailFields struct {
	Error, Cause         *string
	ErrorPath, CausePath *Expression
}

// MapFields are the fields of a Map state only.
type MapFields struct {
	// ItemProcessor is what runs for each item, however it was written.
	ItemProcessor *Machine
	ItemsPath     *Path
	// ItemSelector makes an item's input; the older Parameters does the same.
	ItemSelector *Template
	ItemBatcher  *Batcher
	// ItemReader reads the items of a distributed Map, ResultWriter writes its
	// results; nil without them.
	ItemReader, ResultWriter       *S3Call
	MaxConcurrency                 *int64
	MaxConcurrencyPath             *Path
	Label                          string
	ToleratedFailureCount          *int64
	ToleratedFailureCountPath      *Path
	ToleratedFailurePercentage     *float64
	ToleratedFailurePercentagePath *Path
}

// Distributed reports whether the items run as child executions.
func (f *MapFields) Distributed() bool {
	return f.ItemProcessor != nil && f.ItemProcessor.Processor != nil && f.ItemProcessor.Processor.Mode == "DISTRIBUTED"
}

// S3Call is the request that a distributed Map makes to Amazon S3 for its items
// or results.
type S3Call struct {
	Source     *value.Object
	Resource   string
	Parameters *Template
}

// Batcher groups the items of a distributed Map.
type Batcher struct {
	Source                    *value.Object
	BatchInput                *Template
	MaxItemsPerBatch          *int64
	MaxItemsPerBatchPath      *Path
	MaxInputBytesPerBatch     *int64
	MaxInputBytesPerBatchPath *Path
}

// Retrier is one entry of Retry; fields that were not written hold the
// language's defaults (1 second, 3 attempts, rate 2).
type Retrier struct {
	Source          *value.Object
	ErrorEquals     []string
	IntervalSeconds int64
	MaxAttempts     int64
	BackoffRate     float64
	MaxDelaySeconds int64 // 0: no bound
	JitterStrategy  string
}

// Catcher is one entry of Catch.
type Catcher struct {
	Source      *value.Object
	ErrorEquals []string
	Next        string
	ResultPath  *Path
	Assign      *Template
}

// Rule is one Choice rule, or one condition inside And, Or and Not.
type Rule struct {
	Source  *value.Object
	Pointer string

	And, Or []*Rule
	Not     *Rule

	Variable *Path
	// Operator is the comparison, for instance StringEqualsPath.
	Operator   string
	Comparison choice.Operator
	// Operand is the literal to compare with; OperandPath where Operator ends in Path.
	Operand     any
	OperandPath *Path

	Next   string
	Assign *Template
}

// Path is a field that holds a JSONPath or null.
type Path struct {
	Text string
	// Null is set where null was written: "take nothing" or "drop the result".
	Null bool
	// JSONPath is the parsed Text; nil for null.
	JSONPath *jsonpath.Path
}

// Expression is a JSONPath or an intrinsic function's call.
type Expression struct {
	Text string
	// Path is set for a JSONPath, Call for a function's call.
	Path *jsonpath.Path
	Call *intrinsic.Call
}

// Template is a payload template: JSON in which a member whose name ends in
// ".$" stands for what its value, an Expression, yields.
type Template struct {
	// Literal is the value of a part without expressions.
	Literal any
	// Expression is set for a part that is one.
	Expression *Expression
	// Members are set for an object with expressions somewhere inside, in the
	// order in which the service writes them: see memberOrder.
	Members []TemplateMember
	// Items are set for an array with expressions somewhere inside.
	Items []*Template
}

// TemplateMember is one member of an object in a template; of an expression
// the name is without ".$".
type TemplateMember struct {
	Name  string
	Value *Template
}
