package interp

import (
	"encoding/json"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// Trial is one state run by itself, as the TestState API does:
// https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
//
// It is pure like a Run. Start begins the state and says which task there is
// to do, if any and if it is not mocked; Answer brings the task's answer; then
// Result tells how the state ended.
type Trial struct {
	run  *Run
	with TrialInput
	// notes are the inspection data, in the order in which they arose.
	notes  []value.Member
	result TrialResult
}

// TrialInput is what a state is tried with.
type TrialInput struct {
	Info Info
	At   time.Time
	// Input is the state's input as JSON.
	Input json.RawMessage
	// Context, a JSON object, replaces the context object; nil leaves the one
	// that an execution of the state alone would have.
	Context json.RawMessage
	// Variables, a JSON object, are the variables assigned before the state.
	Variables json.RawMessage
	// Mock answers in place of the task, the branches or the iterations; nil
	// lets a Task state do its task. Parallel and Map states need one.
	Mock *Mock
	// Inspect asks for Inspection in the result.
	Inspect bool
	// Done, once closed, makes an evaluation end as soon as it can, with a
	// failure that says nothing about the state. Nil is never.
	Done <-chan struct{}
	// RetrierRetryCount is how often the retrier that will match has retried.
	RetrierRetryCount int64
	// MapIterationFailureCount is how many iterations of a mocked Map failed.
	MapIterationFailureCount int
}

// Mock is a result, as JSON, or where that is nil an error.
type Mock struct {
	Result       json.RawMessage
	Error, Cause string
}

// The statuses of a Trial besides StatusSucceeded and StatusFailed.
const (
	StatusRetriable   = "RETRIABLE"
	StatusCaughtError = "CAUGHT_ERROR"
)

// TrialResult is how a tried state ended.
type TrialResult struct {
	Status    string
	Output    json.RawMessage // nil where the state failed
	Error     string
	Cause     string
	NextState string
	// Inspection has the members of the API's inspectionData: JSON texts,
	// except for numbers and errorDetails. What has more than maxTemplate bytes
	// is not there. Nil where TrialInput.Inspect is not set.
	Inspection *value.Object
}

// NewTrial prepares a trial of one of m's states. Its error tells that the
// input, the context or the variables are not JSON of the right kind.
func NewTrial(m *asl.Machine, state *asl.State, with TrialInput) (*Trial, error) {
	t := &Trial{with: with}
	t.run = New(m, with.Info)
	t.run.trial = t
	t.run.log.bare = true
	input, err := decode(with.Input)
	if err != nil {
		return nil, err
	}
	variables := &variables{}
	if with.Variables != nil {
		if variables.own, err = object(with.Variables); err != nil {
			return nil, err
		}
	}
	if with.Context != nil {
		if t.run.given, err = object(with.Context); err != nil {
			return nil, err
		}
	}
	t.run.now, t.run.startedAt, t.run.input = with.At, with.At, input
	t.run.root = &scope{machine: m, log: t.run.log, vars: variables, visit: visit{state: state, input: input}}
	return t, nil
}

// Start begins the state.
func (t *Trial) Start() (task Task, ok bool) {
	s := t.run.root
	t.note("input", s.input)
	t.run.enter(s)
	tasks := t.run.effects.Tasks
	if len(tasks) == 0 {
		return Task{}, false
	}
	if t.with.Mock != nil {
		t.Answer(t.with.Mock.answer(tasks[0].Ref, t.with.At))
		return Task{}, false
	}
	return tasks[0], true
}

// Answer brings the answer to the task that Start gave.
func (t *Trial) Answer(in Input) {
	t.run.now = in.At
	t.run.taskInput(in)
}

// Result tells how the state ended.
func (t *Trial) Result() TrialResult {
	if own := t.run.root.vars.own; own.Len() > 0 {
		t.note("variables", data{v: own})
	}
	if t.with.Inspect {
		t.result.Inspection = value.NewObject(t.notes...)
	}
	return t.result
}

func (m *Mock) answer(ref uint64, at time.Time) Input {
	if m.Result != nil {
		return Input{Kind: TaskSucceeded, Ref: ref, Output: m.Result, At: at}
	}
	return Input{Kind: TaskFailed, Ref: ref, Error: m.Error, Cause: m.Cause, At: at}
}
