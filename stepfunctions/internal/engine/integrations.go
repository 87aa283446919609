package engine

import (
	"fmt"
	"strings"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/integration"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
	"example.org/asynchttpapi/stepfunctions/internal/mock"
)

// Integrations is what answers tasks in place of the services that they call.
// With the zero value nothing does, and definitions that call other services
// than Lambda and Step Functions are rejected.
type Integrations struct {
	// Mocks returns the mock file at any time, nil for none. The function may be
	// nil; it is called for every task, by many goroutines.
	Mocks func() *mock.File
	// Stubs has writes without a mock answered with the least that their API
	// answers.
	Stubs bool
}

// on reports whether definitions may call services that the engine cannot.
func (i Integrations) on() bool { return i.Stubs || i.Mocks != nil }

func (i Integrations) file() *mock.File {
	if i.Mocks == nil {
		return nil
	}
	return i.Mocks()
}

// Validation returns the options that definitions of a type are validated with.
func (e *Engine) Validation(kind Type) asl.Options {
	return asl.Options{Express: kind == Express, Integrations: e.cfg.Integrations.on(), Stubs: e.cfg.Integrations.Stubs}
}

// Plan returns who answers the Task states of a definition that is valid.
func (e *Engine) Plan(name string, definition *asl.Machine) mock.Plan {
	return mock.NewPlan(name, definition, e.cfg.Integrations.file(), e.cfg.Integrations.Stubs)
}

// cutTestCase takes the test case off a state machine's ARN: arn#Case.
func cutTestCase(arn string) (own, testCase string) {
	own, testCase, _ = strings.Cut(arn, "#")
	return own, testCase
}

// TestCases returns the test cases that an execution of the machine may be
// started with, and which of them applies to one that is started without.
func (e *Engine) TestCases(machine string) (names []string, fallback string) {
	return e.cfg.Integrations.file().Cases(machine)
}

// WithTestCase returns what StartExecution takes as the ARN of a machine to start
// an execution with the test case, which may be empty.
func WithTestCase(machineARN, testCase string) string {
	if testCase == "" {
		return machineARN
	}
	return machineARN + "#" + testCase
}

// checkTestCase rejects a test case that the mock file does not have.
func (e *Engine) checkTestCase(machineARN, testCase string) error {
	if err := e.cfg.Integrations.file().HasCase(machineName(machineARN), testCase); err != nil {
		return errorf(ValidationException, "%s", err)
	}
	return nil
}

// mocked answers a task by its mock, if it has one.
func (x *execution) mocked(t interp.Task) bool {
	r, mocked, err := x.engine.cfg.Integrations.file().Find(machineName(x.record.MachineARN), x.testCase, t.State, int(t.Attempt))
	if mocked {
		x.answerByMock(t, r, err)
	}
	return mocked
}

func (x *execution) answerByMock(t interp.Task, r mock.Response, err error) {
	in := interp.Input{Kind: interp.TaskSucceeded, Ref: t.Ref, Output: r.Return, Source: interp.FromMock}
	switch {
	case err != nil:
		x.observe(Observation{Unanswered: err.Error()})
		in = interp.Input{Kind: interp.TaskFailed, Ref: t.Ref, Error: "States.Runtime", Cause: err.Error(), Source: interp.FromNothing}
	case r.Return == nil:
		in = interp.Input{Kind: interp.TaskFailed, Ref: t.Ref, Error: r.Error, Cause: r.Cause}
	}
	x.engine.background.push(func() {
		if err == nil && !t.Submitted && integration.Parse(t.Resource).Pattern != integration.RequestResponse {
			x.report(interp.Input{Kind: interp.TaskSubmitted, Ref: t.Ref, Output: x.submission(t), Source: interp.FromMock})
		}
		x.report(in)
	})
}

// submission returns what the request of a mocked task is taken to have been answered.
func (x *execution) submission(t interp.Task) []byte {
	if answer, ok := x.stub(t); ok {
		return answer
	}
	return []byte("{}")
}

// stub returns the least that the API of a write answers to the task.
func (x *execution) stub(t interp.Task) (answer []byte, ok bool) {
	parameters, err := value.Parse(t.Parameters)
	if err != nil {
		return nil, false
	}
	return integration.Parse(t.Resource).Stub(parameters, formatUUID(derive(x.record.Seed, "stub", t.Ref)))
}

// foreign does a task that calls a service which the engine cannot call. A task
// that waits for a token waits for it; a write may be answered by a stub; any
// other fails, in a way that no Catch hides.
func (x *execution) foreign(t interp.Task) {
	on := x.engine.cfg.Integrations
	r := integration.Parse(t.Resource)
	answer, stubbed := x.stub(t)
	stubbed = stubbed && on.Stubs
	switch {
	case t.Token != "" && on.on():
		in := interp.Input{Kind: interp.TaskSubmitted, Ref: t.Ref, Output: answer, Source: interp.FromStub}
		if answer == nil {
			in.Output = []byte("{}")
		}
		x.report(in)
	case stubbed:
		x.observe(Observation{Stub: &TaskNote{State: t.State, Call: r.Call()}})
		x.report(interp.Input{Kind: interp.TaskSucceeded, Ref: t.Ref, Output: answer, Source: interp.FromStub})
	default:
		cause := on.file().Unanswered(machineName(x.record.MachineARN), x.testCase, t.State, r.Call())
		x.observe(Observation{Unanswered: cause})
		x.report(interp.Input{Kind: interp.TaskFailed, Ref: t.Ref, Error: "States.Runtime", Cause: cause, Source: interp.FromNothing})
	}
}

// Observation is something that happened to an execution, for the log of a
// developer: it has names, and the token and parameters of tasks that wait for
// its developer. Exactly one of the members after the names is set.
type Observation struct {
	// Machine and Execution are names.
	Machine, Execution string
	// Defined is the definition of a state machine that was created or updated;
	// there is no Execution then.
	Defined *asl.Machine
	// Ended is the end of the execution.
	Ended *Ended
	// Event is an event of its history; only with Config.ObserveEvents.
	Event *interp.Event
	// Waits is a task that waits for its token.
	Waits *TaskNote
	// Stub is a task that a stub answers.
	Stub *TaskNote
	// Unanswered is why a task fails that nothing answers: the state, and what to
	// add to which file.
	Unanswered string
}

// Ended is how an execution ended.
type Ended struct {
	Status Status
	Took   time.Duration
	// Error is the error's name. State is where it began, and Attempts how often
	// that state's work was begun; empty for other ends.
	Error, State string
	Attempts     int64
}

// String returns the end in one line, such as "FAILED in 3.1 s at Charge: ValueError
// (3 attempts)".
func (e *Ended) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s in %s", e.Status, duration(e.Took))
	if e.State != "" {
		fmt.Fprintf(&b, " at %s", e.State)
	}
	if e.Error != "" {
		fmt.Fprintf(&b, ": %s", e.Error)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (%d attempts)", e.Attempts)
	}
	return b.String()
}

// duration writes a time as people read it.
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Truncate(time.Second).String()
}

// TaskNote is a task of a state.
type TaskNote struct {
	State, Call string
	// Token and Parameters are those of a task that waits.
	Token      string
	Parameters []byte
}

// observe passes an observation on, if anyone looks.
func (x *execution) observe(o Observation) {
	if x.engine.cfg.Observe == nil {
		return
	}
	o.Machine, o.Execution = machineName(x.record.MachineARN), x.record.Name
	x.engine.cfg.Observe(o)
}

// observeDefinition reports a definition that is on disk.
func (e *Engine) observeDefinition(machine string, definition *asl.Machine) {
	if e.cfg.Observe != nil {
		e.cfg.Observe(Observation{Machine: machine, Defined: definition})
	}
}

// observeEnd reports the end that is on disk.
func (x *execution) observeEnd(o *interp.Outcome) {
	h := x.record.Head
	from := x.record.Started
	if !h.Redriven.IsZero() {
		from = h.Redriven
	}
	x.observe(Observation{Ended: &Ended{Status: h.Status, Took: h.Stopped.Sub(from), Error: o.Error, State: o.State, Attempts: o.Attempts}})
}

// observeWaiting reports a task that waits for its token.
func (x *execution) observeWaiting(t interp.Task) {
	x.observe(Observation{Waits: &TaskNote{State: t.State, Call: integration.Parse(t.Resource).Call(), Token: t.Token, Parameters: t.Parameters}})
}

// scaled returns when a timer fires: a pause takes TimeScale times as long.
func (e *Engine) scaled(t interp.Timer) time.Time {
	if e.cfg.TimeScale == 1 || t.Pause == 0 {
		return t.At
	}
	return t.At.Add(-t.Pause).Add(time.Duration(float64(t.Pause) * e.cfg.TimeScale))
}
