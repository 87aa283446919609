// Package interp runs a parsed state machine as a pure fold: a Run takes one
// Input after another and answers each with its Effects. It does no I/O, has
// no clock and starts no goroutine, so that the same inputs always give the
// same run; the engine journals inputs alone and replays them after a restart.
package interp

import (
	"encoding/json"
	"math"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// Run is one execution of a state machine. It is not safe for use by several
// goroutines at once; two Runs are independent of each other.
type Run struct {
	machine *asl.Machine
	info    Info

	now       time.Time // of the input being applied
	startedAt time.Time
	input     data
	redrives  int

	log     *log
	root    *scope
	pending map[uint64]*waiting
	lastRef uint64
	// ready are the scopes that can enter their next state, first come first served.
	ready []*scope
	// unfilled are the scopes whose Map state may start more child executions
	// once those that it has started have gone as far as they come at once.
	unfilled []*scope
	effects  Effects
	// overflowing are child executions whose histories have become too long.
	overflowing []*scope
	outcome     *Outcome
	// deadline is the ref of the timer for the machine's TimeoutSeconds.
	deadline uint64
	// testState is set for a state that is tried by itself; given then may replace
	// the context object.
	testState *TestState
	given     *value.Object
	// mapRuns are what MapRuns returns.
	mapRuns []*mapRun
	// drawn counts the random values used, so that a replay draws the same.
	drawn uint64
	// testCase is the mock file's test case that the execution was started with.
	testCase string
	// calls counts the tasks of each state in each scope, for Task.Attempt; nil
	// where they are not counted.
	calls map[calls]int32
	// failed is the state in which the failure began that is on its way out, and
	// attempts how often its work was begun.
	failed   string
	attempts int64
	// taskBytes is what the parameters made for the tasks that are waited for take.
	taskBytes int
	// childBytes is what all Map Runs hold, those within children among them.
	childBytes int
}

// Option changes how a Run works.
type Option func(*Run)

// WithHistory has every event of the execution's history handed to sink, in
// order. Without it events are only counted.
func WithHistory(sink func(Event)) Option {
	return WithEvents(1, math.MaxInt64, func(e Event) bool { sink(e); return true })
}

// WithEvents is WithHistory for the events with ids from first to last, until
// sink returns that it wants no more. No details are built for others.
func WithEvents(first, last int64, sink func(Event) bool) Option {
	return func(r *Run) { r.log.sink, r.log.first, r.log.until = sink, first, last }
}

// WithAttempts has the tasks of each state counted, for Task.Attempt.
func WithAttempts() Option { return func(r *Run) { r.calls = map[calls]int32{} } }

// calls are the tasks of a state in a scope.
type calls struct {
	scope *scope
	state string
}

// TestCase returns the mock file's test case that the run was started with.
func (r *Run) TestCase() string { return r.testCase }

// New makes a run of m that has not been started: its first Input is Started.
// The machine has to be one that parsed and validated without problems.
func New(m *asl.Machine, info Info, options ...Option) *Run {
	r := &Run{machine: m, info: info, pending: map[uint64]*waiting{}, log: &log{}}
	for _, option := range options {
		option(r)
	}
	return r
}

// Outcome returns how the run ended, nil while it runs.
func (r *Run) Outcome() *Outcome { return r.outcome }

// Events returns the number of events in the history so far.
func (r *Run) Events() int64 { return r.log.last }

// status says where a scope stands.
type status uint8

const (
	running status = iota
	succeeded
	failed  // its state failed, and nothing caught it
	aborted // stopped because something around it ended
)

// scope is one sequence of states: the machine itself, a branch of a Parallel
// state, or an iteration of a Map state.
type scope struct {
	machine *asl.Machine
	log     *log
	vars    *variables
	// parent is the scope whose Parallel or Map state this is a part of; index
	// is the number of the branch or iteration in it.
	parent *scope
	index  int
	item   *item
	child  *child // set for the root of a distributed Map's child execution
	status status
	// prev is the event that the scope's next event follows.
	prev int64

	visit
}

// visit is one stay in a state, from its entry to its exit.
type visit struct {
	state     *asl.State // nil where there is none of this name
	name      string
	input     data // as it came, before InputPath
	entered   int64
	enteredAt time.Time
	// attempts counts the retries of each retrier; retries is their sum.
	attempts []int64
	retries  int64
	// Refs of what the state waits for; 0 is none. pause is a Wait state's or a
	// retry's timer.
	task, timeout, heartbeat, pause uint64
	// reading is the Map Run whose items are being read, until it starts.
	reading *reading
	// fork is what a Parallel or Map state has in progress.
	fork *fork
}

// item is the element of an array that an iteration works on.
type item struct {
	index int
	value any
}

// waitingKind says what a ref stands for.
type waitingKind uint8

const (
	taskAnswer waitingKind = iota
	itemsToRead
	taskTimeout
	taskHeartbeat
	waitOver
	retryDue
	deadline
)

// waiting is one task or timer that the run waits for.
type waiting struct {
	kind  waitingKind
	scope *scope
	at    time.Time // of a timer
	from  time.Time // what a timer was counted from
	// interval is the HeartbeatSeconds of a heartbeat's timer, and the length of
	// the pause of a Wait state's or a retry's.
	interval time.Duration
	task     *Task
	bytes    int // what was made for the task, for taskBytes
}

func (r *Run) timer(s *scope, kind waitingKind, at time.Time) uint64 {
	r.lastRef++
	w := &waiting{kind: kind, scope: s, at: at, from: r.now}
	if kind == waitOver || kind == retryDue {
		w.interval = max(0, at.Sub(r.now))
	}
	if kind == waitOver && s.state.SecondsPath == nil && s.state.Seconds == nil {
		w.from = time.Time{}
	}
	r.pending[r.lastRef] = w
	r.effects.Timers = append(r.effects.Timers, w.timer(r.lastRef))
	return r.lastRef
}

// timer returns what the engine is asked for.
func (w *waiting) timer(ref uint64) Timer {
	t := Timer{Ref: ref, At: w.at, From: w.from}
	if w.kind == waitOver || w.kind == retryDue {
		t.Pause = w.interval
	}
	return t
}

func (r *Run) forget(ref uint64) {
	if w := r.pending[ref]; w != nil {
		r.taskBytes -= w.bytes
		delete(r.pending, ref)
	}
}

// release forgets one task or timer, and has the engine drop it.
func (r *Run) release(ref *uint64) {
	if _, ok := r.pending[*ref]; ok {
		r.forget(*ref)
		r.effects.Dropped = append(r.effects.Dropped, *ref)
	}
	*ref = 0
}

// releaseAll forgets all that the scope's own state waits for.
func (r *Run) releaseAll(s *scope) {
	for _, ref := range []*uint64{&s.task, &s.timeout, &s.heartbeat, &s.pause} {
		r.release(ref)
	}
}

// Info is what a run knows of the execution around it.
type Info struct {
	ExecutionARN     string
	ExecutionName    string
	RoleARN          string
	StateMachineARN  string
	StateMachineName string
	// VersionARN and AliasARN are what the execution was started through, empty
	// for the machine itself.
	VersionARN, AliasARN string
	// Seed feeds States.UUID, States.MathRandom, retry jitter and task tokens;
	// tokens must not be guessable, so it comes from a cryptographic source.
	Seed [16]byte
}

// InputKind says what happened.
type InputKind uint8

// What can happen to a run.
const (
	Started       InputKind = iota + 1 // Output is the execution's input
	TaskSucceeded                      // Ref is the task, Output its result
	TaskFailed                         // Ref is the task, Error and Cause its failure
	TaskHeartbeat                      // Ref is the task
	TimerFired                         // Ref is the timer
	Stopped                            // Error and Cause as StopExecution gave them
	Redriven                           // the run goes on from where it failed
	TaskSubmitted                      // Ref is a task with a Token, or a .sync one; Output answers its request
	MapRunUpdated                      // Output is a MapRunLimits as JSON
	TaskStarted                        // Ref is a task whose function is called from now on
)

// Input is one thing that happened. Inputs are what the journal keeps.
type Input struct {
	Kind   InputKind       `json:"k"`
	At     time.Time       `json:"t"`
	Ref    uint64          `json:"r,omitempty"`
	Output json.RawMessage `json:"o,omitempty"`
	Error  string          `json:"e,omitempty"`
	Cause  string          `json:"c,omitempty"`
	// TestCase is, of Started, the test case of the mock file to run with; empty
	// for the default one.
	TestCase string `json:"m,omitempty"`
	// Source is who answered a task in place of what it calls; empty where
	// nothing did.
	Source Source `json:"s,omitempty"`
}

// Source is who answered a task in place of the service that it calls.
type Source string

// The sources. A failure FromNothing is one that nothing answered: no wildcard
// in Retry and Catch is about it.
const (
	FromMock    Source = "mock"
	FromStub    Source = "stub"
	FromNothing Source = "nothing"
)

// Task is work that the run waits for. Refs are unique within a run, shared
// with timers, and the same on every replay.
type Task struct {
	Ref uint64
	// Resource is the state's Resource, as written.
	Resource string
	// Parameters is the task's effective input as JSON.
	Parameters json.RawMessage
	// Function and Payload are set for a task that calls a Lambda function,
	// directly or by lambda:invoke: call Function (name or ARN, with its
	// qualifier) with Payload, and report the bytes it answers as they are.
	Function string
	Payload  json.RawMessage
	// Token is set for .waitForTaskToken tasks: the answer to the request is
	// then not the task's result. It is reported as TaskSubmitted, or as
	// TaskFailed where the request failed; TaskSucceeded is what came in by the token.
	Token string
	State string
	// Submitted reports, of an outstanding task, that TaskSubmitted was applied: its
	// request need not be made again.
	Submitted bool
	// Attempt is how many tasks of this state came before in the same branch,
	// iteration or machine, whether retries or visits; only known WithAttempts.
	Attempt int32
	// started is set once the history has the event of the task's start.
	started bool
}

// Timer asks for a TimerFired input with its Ref once At has come.
type Timer struct {
	Ref uint64
	At  time.Time
	// Pause is how long a Wait state or a retry waits; 0 for a timer that bounds
	// something. A program that shortens waits shortens these.
	Pause time.Duration
	// From is the time that At was counted from; zero where At is a time of day
	// that a Wait state names. A clock that is set back to before From has the
	// time between the two to wait, and no more.
	From time.Time
}

// Outcome is how a run ended.
type Outcome struct {
	// Status is SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
	Status string
	Output json.RawMessage
	Error  string
	Cause  string
	// State is where a failure began, and Attempts how often that state's work
	// was begun; empty where no state failed.
	State    string
	Attempts int64
}

// Effects is what has to be done after an Input, once it is journaled.
type Effects struct {
	Tasks  []Task
	Timers []Timer
	// Dropped are Refs of tasks and timers that no longer matter: an input
	// that names one is ignored.
	Dropped []uint64
	// Outcome is set by the input that ends the run.
	Outcome *Outcome
}

// Event is one entry of the execution history, in the service's terms.
type Event struct {
	ID       int64
	Previous int64
	Type     string
	At       time.Time
	// Details are the members of the event's ...EventDetails object; nil where
	// the type has none.
	Details map[string]any
}

// ExecutionData reports whether the member of an event's details carries data of
// the execution, which a reader of the history may leave out.
func ExecutionData(member string) bool {
	return member == "input" || member == "output" || member == "assignedVariables"
}

// Size returns about how many bytes the texts of the event have.
func (e Event) Size() int {
	n := 0
	for _, v := range e.Details {
		switch v := v.(type) {
		case string:
			n += len(v)
		case json.RawMessage:
			n += len(v)
		}
	}
	return n
}

// maxData is the service's limit for the input and the output of a state, a
// task and an execution, in bytes of UTF-8.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const maxData = 262_144

// data is a JSON value that remembers its text where it came as one: states
// that do not touch a value pass it on letter for letter, as the service does.
type data struct {
	v   any
	raw json.RawMessage
}

func decode(raw json.RawMessage) (data, error) {
	v, err := value.Parse(raw)
	return data{v: v, raw: raw}, err
}

func (d data) text() json.RawMessage {
	if d.raw != nil {
		return d.raw
	}
	return value.Append(nil, d.v)
}

// maxExcerpt bounds a value in a cause, in bytes. The failures whose causes
// show values cannot be caught, so that no more than maxCause characters of
// them are ever seen.
const maxExcerpt = 4 * maxCause

// excerpt returns the text, or its beginning; its last character may be cut.
func (d data) excerpt() string {
	if d.raw != nil {
		return string(d.raw[:min(len(d.raw), maxExcerpt)])
	}
	return value.Excerpt(d.v, maxExcerpt)
}

// size returns the length of the text.
func (d data) size() int {
	if d.raw != nil {
		return len(d.raw)
	}
	return size(d.v)
}

func (d data) tooLarge() bool {
	if d.raw != nil {
		return len(d.raw) > maxData
	}
	return !value.Fits(d.v, maxData)
}

func seconds(n int64) time.Duration {
	const most = int64(1<<63-1) / int64(time.Second)
	return time.Duration(min(max(n, 0), most)) * time.Second
}

// stamp writes a time of the context object the way Java's Instant does: with
// milliseconds, but without a fraction that is zero.
func stamp(t time.Time) string {
	if t.Nanosecond() < int(time.Millisecond) {
		return t.UTC().Format("2006-01-02T15:04:05Z")
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
