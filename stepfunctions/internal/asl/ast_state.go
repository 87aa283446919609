package asl

import (
	"example.org/asynchttpapi/stepfunctions/internal/asl/choice"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// State is one state. A field that was not written has its zero value; Source
// tells an absent field from a written zero.
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

	Result any // Pass; Source tells whether it was written

	TaskFields
	WaitFields
	FailFields
	MapFields

	Choices []*Rule // Choice
	Default string  // Choice

	Branches []*Machine // Parallel
}

// Has tells whether the field was written.
func (s *State) Has(field string) bool {
	_, ok := s.Source.Get(field)
	return ok
}

// TaskFields are the fields of a Task state only.
type TaskFields struct {
	Resource             string
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
	ItemSelector                   *Template
	ItemBatcher                    *Batcher
	MaxConcurrency                 *int64
	MaxConcurrencyPath             *Path
	Label                          string
	ToleratedFailureCount          *int64
	ToleratedFailureCountPath      *Path
	ToleratedFailurePercentage     *float64
	ToleratedFailurePercentagePath *Path
}

// Distributed tells whether the items run as child executions.
func (f *MapFields) Distributed() bool {
	return f.ItemProcessor != nil && f.ItemProcessor.Processor != nil && f.ItemProcessor.Processor.Mode == "DISTRIBUTED"
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
