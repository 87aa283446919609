package engine

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// maxPayload is the service's limit for inputs and outputs, in bytes of UTF-8.
const maxPayload = 262_144

// StartExecution is what StartExecution needs.
type StartExecution struct {
	// MachineARN may name a version, or an alias, which then chooses one.
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
// gives the first start's answer. Refusals: ExecutionAlreadyExists,
// ExecutionLimitExceeded, InvalidArn, InvalidExecutionInput, InvalidName, StateMachineDeleting,
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
	if in != nil {
		if in.awaited && x.ephemeral() {
			return Record{}, errWrongType // nobody can be told how it ended
		}
		x.record.Parent, x.record.Seed = &in.Parent, in.seed
	}
	record, err := e.begin(ctx, x, s.Input)
	if errors.Is(err, ErrExists) {
		return e.same(ctx, record, s.Input)
	}
	return record, err
}

// prepare checks the request and makes the execution, which nobody sees yet.
func (e *Engine) prepare(ctx context.Context, s *StartExecution) (*execution, error) {
	if s.Name == "" {
		s.Name = newUUID()
	}
	if s.Input == nil {
		s.Input = json.RawMessage("{}")
	}
	if err := checkName(s.Name); err != nil {
		return nil, err
	}
	if err := checkInput(s.Input); err != nil {
		return nil, err
	}
	m, r, v, err := e.registry.resolve(ctx, s.MachineARN)
	if err != nil {
		return nil, err
	}
	record := Record{MachineARN: m.ARN, Name: s.Name, Revision: r.RevisionID, Started: e.now(), Head: Head{Status: Running}}
	if v != nil {
		record.VersionARN = v.ARN
		if v.ARN != s.MachineARN {
			record.AliasARN = s.MachineARN
		}
	}
	rand.Read(record.Seed[:])
	if m.Type == Express {
		record.Express = newUUID()
	}
	return e.newExecution(m, r, record), nil
}

func checkInput(input []byte) error {
	switch {
	case len(input) > maxPayload:
		return refuse(InvalidExecutionInput, "Invalid State Machine Execution Input: '%d bytes, at most %d are allowed'", len(input), maxPayload)
	case !json.Valid(input):
		return refuse(InvalidExecutionInput, "Invalid State Machine Execution Input: 'not a JSON text'")
	}
	return nil
}

// begin applies the first input and writes it together with the record.
// ErrExists where the name is taken. The record is as it was written.
func (e *Engine) begin(ctx context.Context, x *execution, input json.RawMessage) (Record, error) {
	if e.open() >= e.cfg.MaxOpen {
		return Record{}, refuse(ExecutionLimitExceeded, "The maximum number of running executions has been reached: %d", e.cfg.MaxOpen)
	}
	if err := e.registry.opened(x.machine); err != nil {
		return Record{}, err
	}
	x.record.ID = e.lastID.Add(1)
	e.setStarting(x.record.ID, true)
	defer e.setStarting(x.record.ID, false)
	// Nobody else writes for x until settle.
	x.committing = true
	x.run, x.last, x.seq = x.fresh(), x.record.Started, 1
	done := e.worked(x.starterID())
	s, err := x.applied(interp.Input{Kind: interp.Started, At: x.last, Output: input}, nil)
	done()
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
	x.settle([]staged{s})
	return record, nil
}

func (e *Engine) write(ctx context.Context, x *execution, record Record, entry []byte) error {
	if x.ephemeral() {
		return nil
	}
	err := e.cfg.Journal.Create(ctx, record, [][]byte{entry}, e.retained())
	if err != nil && !errors.Is(err, ErrExists) {
		return fmt.Errorf("write the execution: %w", err)
	}
	return err
}

// same gives the record of the execution that has the name already, if this
// start is a repetition of its start.
func (e *Engine) same(ctx context.Context, wanted Record, input json.RawMessage) (Record, error) {
	taken := refuse(ExecutionAlreadyExists, "Execution Already Exists: '%s'", e.arns.execution(wanted))
	r, err := e.cfg.Journal.Find(ctx, wanted.MachineARN, wanted.Name)
	if err != nil {
		return Record{}, fmt.Errorf("read the execution: %w", err)
	}
	if wanted.Parent != nil && r.Parent != nil && *wanted.Parent == *r.Parent {
		return r, e.adopt(ctx, r.ID)
	}
	if r.Status != Running || (r.Parent == nil) != (wanted.Parent == nil) {
		return Record{}, taken
	}
	first, err := e.input(ctx, r.ID)
	if err != nil {
		return Record{}, err
	}
	if !bytes.Equal(first, input) {
		return Record{}, taken
	}
	return r, e.adopt(ctx, r.ID)
}
