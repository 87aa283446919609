package interp

import (
	"encoding/json"
	"errors"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// TestState is one state run by itself, as the TestState API does:
// https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
//
// It is pure like a Run. Start begins the state and says which task there is
// to do, if any and if it is not mocked; Answer brings the task's answer; then
// Result returns how the state ended.
type TestState struct {
	run  *Run
	with TestStateInput
	// notes are the inspection data, in the order in which they arose.
	notes  []value.Member
	result TestStateResult
}

// TestStateInput is what a state is tried with.
type TestStateInput struct {
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

// The statuses of a TestState besides StatusSucceeded and StatusFailed.
const (
	StatusRetriable   = "RETRIABLE"
	StatusCaughtError = "CAUGHT_ERROR"
)

// TestStateResult is how a tried state ended.
type TestStateResult struct {
	Status    string
	Output    json.RawMessage // nil where the state failed
	Error     string
	Cause     string
	NextState string
	// Inspection has the members of the API's inspectionData: JSON texts,
	// except for numbers and errorDetails. What has more than maxTemplate bytes
	// is not there. Nil where TestStateInput.Inspect is not set.
	Inspection *value.Object
}

// NewTestState prepares the test of one of m's states. Its error reports that the
// input, the context or the variables are not JSON of the right kind.
func NewTestState(m *asl.Machine, state *asl.State, with TestStateInput) (*TestState, error) {
	t := &TestState{with: with}
	t.run = New(m, with.Info)
	t.run.testState = t
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
func (t *TestState) Start() (task Task, ok bool) {
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
func (t *TestState) Answer(in Input) {
	t.run.now = in.At
	t.run.taskInput(in)
}

// Result returns how the state ended.
func (t *TestState) Result() TestStateResult {
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

var errNoObject = errors.New("expected a JSON object")

func object(raw json.RawMessage) (*value.Object, error) {
	v, err := value.Parse(raw)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*value.Object)
	if !ok {
		return nil, errNoObject
	}
	return o, nil
}

// inspects reports whether inspection data are asked for.
func (t *TestState) inspects() bool { return t != nil && t.with.Inspect }

// abandoned reports whether the caller has left.
func (t *TestState) abandoned() bool {
	if t == nil {
		return false
	}
	select {
	case <-t.with.Done:
		return true
	default:
		return false
	}
}

// note keeps a piece of inspection data; outside of a TestState, and where it is
// not asked for, it does nothing. A piece that is too large for any state is
// not written out.
func (t *TestState) note(name string, d data) {
	if t.inspects() && !t.unseen(name) && value.Fits(d.v, maxTemplate) {
		t.notes = append(t.notes, value.Member{Name: name, Value: string(d.text())})
	}
}

// unseen reports whether the API leaves the data out for a state: what a Pass state with a
// Result does not look at, and what goes into branches.
func (t *TestState) unseen(name string) bool {
	s := t.run.root.state
	before := name == "afterInputPath" || name == "afterParameters"
	return before && (s.Type == asl.Parallel || s.Type == asl.Pass && s.Has("Result"))
}

func (t *TestState) noteNumber(name string, n json.Number) {
	if t != nil {
		t.notes = append(t.notes, value.Member{Name: name, Value: n})
	}
}

// left is the end of a state that was left.
func (t *TestState) left(out data, how exit) {
	t.result.Output, t.result.NextState = out.text(), how.next
	if t.result.Status == "" {
		t.result.Status = StatusSucceeded
	}
}

// failed is the end of a state that failed for good.
func (t *TestState) failed(f failure) {
	f = f.public()
	t.result.Status, t.result.Error, t.result.Cause = StatusFailed, f.name, f.cause
}

// retriable is the end of a state whose failure a retrier is about.
func (t *TestState) retriable(f failure, index int, interval float64) {
	t.failed(f)
	t.result.Status = StatusRetriable
	t.detail(value.NewObject(
		value.Member{Name: "retryBackoffIntervalSeconds", Value: value.FromFloat(interval)},
		value.Member{Name: "retryIndex", Value: value.FromInt(int64(index))},
	))
}

// caught notes that a catcher is about the failure; the state is then left.
func (t *TestState) caught(f failure, index int) {
	if t == nil {
		return
	}
	t.failed(f)
	t.result.Status = StatusCaughtError
	t.detail(value.NewObject(value.Member{Name: "catchIndex", Value: value.FromInt(int64(index))}))
}

func (t *TestState) detail(details *value.Object) {
	t.notes = append(t.notes, value.Member{Name: "errorDetails", Value: details})
}

// spaced writes an array the way the API shows what ItemsPath selects: with
// blanks after commas and colons.
func spaced(v any) string { return string(appendSpaced(nil, v)) }

func appendSpaced(dst []byte, v any) []byte {
	switch x := v.(type) {
	case []any:
		dst = append(dst, '[')
		for i, item := range x {
			dst = appendSpaced(append(dst, ", "[:2*min(i, 1)]...), item)
		}
		return append(dst, ']')
	case *value.Object:
		dst = append(dst, '{')
		for i, m := range x.Members() {
			dst = value.Append(append(dst, ", "[:2*min(i, 1)]...), m.Name)
			dst = appendSpaced(append(dst, ": "...), m.Value)
		}
		return append(dst, '}')
	}
	return value.Append(dst, v)
}

// mocked returns the mock's answer in place of branches or iterations.
func (t *TestState) mocked(s *scope) *failure {
	if t.with.Mock == nil {
		return s.broken("A %s state cannot be tested without a mock.", s.state.Type)
	}
	if t.with.Mock.Result == nil {
		return &failure{name: t.with.Mock.Error, cause: t.with.Mock.Cause}
	}
	result, err := decode(t.with.Mock.Result)
	if err != nil {
		return s.broken("%s", err)
	}
	t.run.conclude(s, result)
	return nil
}

// tryMap is forEach for a TestState: the iterations are mocked.
func (r *Run) tryMap(s *scope, in data, items []any, concurrency int) *failure {
	tolerated, f := r.evaluate(s, in).tolerance(s.state)
	if f != nil {
		return f
	}
	if f := r.tryInputs(s, in, items); f != nil {
		return f
	}
	return r.testState.mockedMap(s, tolerated, len(items), concurrency)
}

// tryInputs notes what would be the inputs of the iterations.
func (r *Run) tryInputs(s *scope, in data, items []any) *failure {
	plan, f := r.planChildren(s, in, items)
	if f != nil {
		return f
	}
	if !r.testState.inspects() {
		return nil
	}
	e := &each{items: items, input: in, mapRun: &mapRun{childPlan: plan}}
	if s.state.ItemSelector != nil {
		f = r.noteList("afterItemSelector", len(items), func(i int) (any, *failure) { return r.plannedInput(s, e, i) })
	}
	if f == nil && plan.ends != nil {
		f = r.noteList("afterItemBatcher", len(plan.ends), func(i int) (any, *failure) {
			batch, _, f := r.childInput(s, e, i)
			return batch, f
		})
	}
	return f
}

// noteList notes a list of so many values. It makes no more of them than can be
// noted together.
func (r *Run) noteList(name string, length int, value func(i int) (any, *failure)) *failure {
	list, left := make([]any, length), maxTemplate
	for i := range list {
		v, f := value(i)
		if f != nil {
			return f
		}
		if left -= size(v); left < 0 {
			return nil
		}
		list[i] = v
	}
	r.testState.note(name, data{v: list})
	return nil
}

// mockedMap is mocked for a Map state, with its tolerance of failures.
func (t *TestState) mockedMap(s *scope, tolerated tolerance, items, concurrency int) *failure {
	t.noteNumber("maxConcurrency", value.FromInt(int64(concurrency)))
	if tolerated.count != nil {
		t.noteNumber("toleratedFailureCount", value.FromInt(*tolerated.count))
	}
	if tolerated.percent != nil {
		t.noteNumber("toleratedFailurePercentage", value.FromFloat(*tolerated.percent))
	}
	set := tolerated.count != nil || tolerated.percent != nil
	if t.with.Mock != nil && t.with.Mock.Result != nil && set && tolerated.exceeded(t.with.MapIterationFailureCount, items) {
		return &failure{name: toleranceError, cause: toleranceMessage}
	}
	return t.mocked(s)
}
