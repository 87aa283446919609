package engine

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// maxPayload is the service's limit for inputs and outputs, in bytes of UTF-8.
const maxPayload = 262_144

// StartExecution is what StartExecution needs.
type StartExecution struct {
	// MachineARN may name a version, or an alias, which then chooses one. A test
	// case of the mock file may follow, after #.
	MachineARN string
	// Name is a random UUID where empty.
	Name string
	// Input is a JSON text; {} where nil.
	Input json.RawMessage
}

// Started is the answer to StartExecution.
type Started struct {
	ARN  string
	Time time.Time
}

// StartExecution starts an execution and returns when that is on disk. It is
// idempotent by name: with the name and the input of an execution that runs it
// gives the first start's answer. Errors: ExecutionAlreadyExists,
// ExecutionLimitExceeded, InvalidARN, InvalidExecutionInput, InvalidName, StateMachineDeleting,
// StateMachineDoesNotExist.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func (e *Engine) StartExecution(ctx context.Context, s StartExecution) (Started, error) {
	if err := e.gate.enter(); err != nil {
		return Started{}, err
	}
	defer e.gate.leave()
	record, err := e.start(ctx, s, nil)
	if err != nil {
		return Started{}, err
	}
	return Started{ARN: e.arns.execution(record), Time: record.Started}, nil
}

// start starts an execution, or gives the one of that name if that is the same.
func (e *Engine) start(ctx context.Context, s StartExecution, in *nest) (Record, error) {
	x, err := e.prepare(ctx, &s)
	if err != nil {
		return Record{}, err
	}
	if in != nil && x.testCase == "" {
		x.testCase = e.cfg.Integrations.file().Inherit(x.machine.Name, in.testCase)
	}
	if in != nil {
		if in.awaited && x.ephemeral() {
			return Record{}, errWrongType // no caller can learn how it ended
		}
		x.record.Parent, x.record.Seed = &in.Parent, in.seed
	}
	record, err := e.begin(ctx, x, s.Input)
	if errors.Is(err, ErrExists) {
		return e.same(ctx, record, s.Input, x.testCase)
	}
	return record, err
}

// prepare checks the request and makes the execution, which no other goroutine sees yet.
func (e *Engine) prepare(ctx context.Context, s *StartExecution) (*execution, error) {
	if s.Name == "" {
		s.Name = newName(e.now())
	}
	if s.Input == nil {
		s.Input = json.RawMessage("{}")
	}
	if err := CheckName(s.Name); err != nil {
		return nil, err
	}
	if err := checkInput(s.Input); err != nil {
		return nil, err
	}
	machineARN, testCase := cutTestCase(s.MachineARN)
	m, r, v, err := e.registry.resolve(ctx, machineARN)
	if err != nil {
		return nil, err
	}
	if err := e.checkTestCase(m.ARN, testCase); err != nil {
		return nil, err
	}
	record := Record{MachineARN: m.ARN, Name: s.Name, Revision: r.RevisionID, Started: e.now(), Head: Head{Status: Running}}
	if v != nil {
		record.VersionARN = v.ARN
		if v.ARN != machineARN {
			record.AliasARN = machineARN
		}
	}
	rand.Read(record.Seed[:])
	if m.Type == Express {
		record.Express = newUUID()
	}
	x := e.newExecution(m, r, record)
	x.testCase = testCase
	return x, nil
}

func checkInput(input []byte) error {
	if len(input) > maxPayload {
		return errorf(InvalidExecutionInput, "Invalid State Machine Execution Input: '%d bytes, at most %d are allowed'", len(input), maxPayload)
	}
	if err := value.Check(input); err != nil {
		return errorf(InvalidExecutionInput, "Invalid State Machine Execution Input: '%s'", err)
	}
	return nil
}

// begin applies the first input and writes it together with the record.
// ErrExists where the name is taken. The record is as it was written.
func (e *Engine) begin(ctx context.Context, x *execution, input json.RawMessage) (Record, error) {
	if e.open() >= e.cfg.MaxOpen {
		return Record{}, errorf(ExecutionLimitExceeded, "The maximum number of running executions has been reached: %d", e.cfg.MaxOpen)
	}
	if err := e.registry.opened(x.machine); err != nil {
		return Record{}, err
	}
	x.record.ID = e.lastID.Add(1)
	e.setStarting(x.record.ID, true)
	defer e.setStarting(x.record.ID, false)
	// No other goroutine writes for x until settle.
	x.committing = true
	x.run, x.last, x.seq = x.fresh(), x.record.Started, 1
	working := e.worked(x.starterID())
	s, err := x.applied(interp.Input{Kind: interp.Started, At: x.last, Output: input, TestCase: x.testCase}, nil)
	working.done()
	record := x.record
	if s.head != nil {
		record.Head = *s.head
	}
	if err == nil {
		err = e.write(ctx, x, record, s.entry)
	}
	if err != nil {
		e.closed(x.machine)
		return record, err
	}
	e.remember(x)
	x.settleFirst(s)
	return record, nil
}

func (e *Engine) write(ctx context.Context, x *execution, record Record, entry []byte) error {
	if x.ephemeral() {
		return nil
	}
	err := e.cfg.Journal.Create(ctx, record, [][]byte{entry}, Past{ClosedBefore: e.retained(), UpTo: x.machine.After})
	if err != nil && !errors.Is(err, ErrExists) {
		return fmt.Errorf("write the execution: %w", err)
	}
	return err
}

// same returns the record of the execution that has the name already, if this
// start is a repetition of its start.
func (e *Engine) same(ctx context.Context, wanted Record, input json.RawMessage, testCase string) (Record, error) {
	taken := errorf(ExecutionAlreadyExists, "Execution Already Exists: '%s'", e.arns.execution(wanted))
	r, err := e.cfg.Journal.Find(ctx, wanted.MachineARN, wanted.Name)
	if err != nil {
		return Record{}, fmt.Errorf("read the execution: %w", err)
	}
	if wanted.Parent != nil && r.Parent != nil && *wanted.Parent == *r.Parent {
		return r, e.recoverOrphan(ctx, r.ID)
	}
	if r.Status != Running || (r.Parent == nil) != (wanted.Parent == nil) {
		return Record{}, taken
	}
	first, err := e.first(ctx, r.ID)
	if err != nil {
		return Record{}, err
	}
	if !bytes.Equal(first.Output, input) || first.TestCase != testCase {
		return Record{}, taken
	}
	return r, e.recoverOrphan(ctx, r.ID)
}

// StartSyncExecution runs an execution of an Express machine and returns at its
// end. It leaves no trace; when ctx ends before, the execution is aborted.
// Errors: those of StartExecution but ExecutionAlreadyExists, and
// StateMachineTypeNotSupported for a Standard machine.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
func (e *Engine) StartSyncExecution(ctx context.Context, s StartExecution) (Execution, error) {
	x, err := e.startExpress(ctx, &s)
	if err != nil {
		return Execution{}, err
	}
	r, err := x.end(ctx)
	if err != nil {
		x.report(interp.Input{Kind: interp.Stopped})
		return Execution{}, err
	}
	ended := e.execution(r)
	ended.Input = s.Input
	return ended, nil
}

func (e *Engine) startExpress(ctx context.Context, s *StartExecution) (*execution, error) {
	if err := e.gate.enter(); err != nil {
		return nil, err
	}
	defer e.gate.leave()
	x, err := e.prepare(ctx, s)
	if err != nil {
		return nil, err
	}
	if !x.ephemeral() {
		return nil, errWrongType
	}
	_, err = e.begin(ctx, x, s.Input)
	return x, err
}

// expressSeconds is how long an Express execution may take.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const expressSeconds = 300

// express returns the definition with that bound.
func express(m *asl.Machine) *asl.Machine {
	if m.TimeoutSeconds != nil && *m.TimeoutSeconds <= expressSeconds {
		return m
	}
	bounded, seconds := *m, int64(expressSeconds)
	bounded.TimeoutSeconds = &seconds
	return &bounded
}

// errNotInMemory rejects a stop of an execution that is open on disk alone: to say that it
// stopped would not be true.
var errNotInMemory = errors.New("the execution is open and not in memory")

// StopExecution aborts an execution and returns when it stopped; for one that
// has ended already, when that was. errorName and cause may be empty.
// Errors: InvalidARN, ExecutionDoesNotExist, StateMachineTypeNotSupported.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
func (e *Engine) StopExecution(ctx context.Context, arn, errorName, cause string) (time.Time, error) {
	if err := e.gate.enter(); err != nil {
		return time.Time{}, err
	}
	defer e.gate.leave()
	r, err := e.find(ctx, arn)
	if err != nil {
		return time.Time{}, err
	}
	open := r.Status == Running
	if open {
		if err := e.started(ctx, r.ID); err != nil {
			return time.Time{}, err
		}
		if err := e.recoverOrphan(ctx, r.ID); err != nil {
			return time.Time{}, err
		}
	}
	if x := e.alive(r.ID); x != nil {
		err := x.submit(ctx, interp.Input{Kind: interp.Stopped, Error: errorName, Cause: cause}, nil)
		if err != nil && !errors.Is(err, errEnded) {
			return time.Time{}, fmt.Errorf("stop the execution: %w", err)
		}
		r, err = x.end(ctx)
		return r.Stopped, err
	}
	// It may have ended since it was read, and left its name to a new one.
	r, err = e.cfg.Journal.Record(ctx, r.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		err = errorf(ExecutionDoesNotExist, "Execution Does Not Exist: '%s'", arn)
	case err == nil && r.Status == Running && !open:
		return e.StopExecution(ctx, arn, errorName, cause) // a redrive has opened it since
	case err == nil && r.Status == Running:
		err = errNotInMemory
	}
	return r.Stopped, err
}

// fullName is an execution's ARN in two parts.
type fullName struct{ machineARN, name string }

// remember makes the execution one that inputs can reach.
func (e *Engine) remember(x *execution) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.live[x.record.ID] = x
	if !x.ephemeral() {
		e.names[fullName{x.record.MachineARN, x.record.Name}] = x
	}
}

// aliveNamed returns the execution of that name if it has not ended.
func (e *Engine) aliveNamed(machineARN, name string) *execution {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.names[fullName{machineARN, name}]
}

// alive returns the execution if it has not ended.
func (e *Engine) alive(id int64) *execution {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.live[id]
}

// open returns the number of executions that have not ended.
func (e *Engine) open() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.live)
}

// forget is called once, when the end of the execution is on disk.
func (e *Engine) forget(x *execution) {
	e.mu.Lock()
	delete(e.live, x.record.ID)
	if name := (fullName{x.record.MachineARN, x.record.Name}); e.names[name] == x {
		delete(e.names, name)
	}
	e.mu.Unlock()
	e.closed(x.machine)
}

// closed counts one open execution of the machine less. A machine that is being
// deleted goes with the last one.
func (e *Engine) closed(m *machine) {
	if !e.registry.closed(m) {
		return
	}
	e.background.push(func() {
		e.registry.change.Lock()
		defer e.registry.change.Unlock()
		if err := e.registry.removeIfIdle(context.Background(), m); err != nil {
			e.cfg.Log.Error("a deleted state machine could not be removed", "error", err)
		}
	})
}

// notifyEnd calls what waits for the end.
func (e *Engine) notifyEnd(r Record, waiting []func(Record)) {
	for _, notify := range waiting {
		notify(r)
	}
	if r.Parent != nil {
		if parent := e.alive(r.Parent.ID); parent != nil {
			e.background.push(func() { parent.childEnded(r) })
		}
	}
	if r.Unannounced {
		e.background.push(func() { e.announce(r) })
	}
}

// announce calls Config.Ended. What it could not report is reported again after the
// next Start, so that a crash does not swallow it either.
func (e *Engine) announce(r Record) {
	if err := e.cfg.Ended(context.Background(), e.execution(r)); err != nil {
		e.cfg.Log.Warn("the end of an execution could not be announced", "execution", r.ID, "error", err)
		return
	}
	if err := e.cfg.Journal.Announced(context.Background(), r.ID); err != nil {
		e.cfg.Log.Warn("the end of an execution may be announced again", "execution", r.ID, "error", err)
	}
}

// stopChild aborts a nested execution whose parent waits for it no longer:
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
func (e *Engine) stopChild(id int64) {
	if child := e.alive(id); child != nil {
		e.background.push(func() { child.report(interp.Input{Kind: interp.Stopped}) })
	}
}
