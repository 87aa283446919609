package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// Execution describes an execution.
type Execution struct {
	ARN        string
	Name       string
	MachineARN string
	// VersionARN is set where the execution was started through a version.
	VersionARN string
	// AliasARN is set where an alias chose the version.
	AliasARN   string
	RevisionID string
	Status     Status
	Started    time.Time
	// Stopped, Output, Error and Cause are set once Status is final.
	Stopped time.Time
	// Input and TestCase are those of DescribeExecution only, and lists have no
	// Output. TestCase is the mock file's that it was started with.
	Input    json.RawMessage
	TestCase string
	Output   json.RawMessage
	Error    string
	Cause    string

	RedriveCount int
	// Redriven is when it was opened again the last time.
	Redriven time.Time
	// NotRedrivable says why it cannot be redriven; empty where it can.
	NotRedrivable string
}

func (e *Engine) execution(r Record) Execution {
	return Execution{
		ARN: e.arns.execution(r), Name: r.Name,
		MachineARN: r.MachineARN, VersionARN: r.VersionARN, AliasARN: r.AliasARN, RevisionID: r.Revision,
		Status: r.Status, Started: r.Started, Stopped: r.Stopped,
		Output: r.Output, Error: r.Error, Cause: r.Cause,
		RedriveCount: r.RedriveCount, Redriven: r.Redriven,
		NotRedrivable: e.notRedrivable(r),
	}
}

// DescribeExecution returns an execution. Errors: InvalidARN, ExecutionDoesNotExist.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
func (e *Engine) DescribeExecution(ctx context.Context, arn string) (Execution, error) {
	r, err := e.find(ctx, arn)
	if err != nil {
		return Execution{}, err
	}
	x := e.execution(r)
	first, err := e.first(ctx, r.ID)
	x.Input, x.TestCase = first.Output, first.TestCase
	return x, e.orGone(ctx, r, err)
}

// input returns the first entry's.
func (e *Engine) input(ctx context.Context, id int64) (json.RawMessage, error) {
	in, err := e.first(ctx, id)
	return in.Output, err
}

// first returns the first entry.
func (e *Engine) first(ctx context.Context, id int64) (interp.Input, error) {
	entries, err := e.cfg.Journal.Entries(ctx, id, 0, 1)
	if err != nil {
		return interp.Input{}, fmt.Errorf("read the execution: %w", err)
	}
	if len(entries) == 0 {
		return interp.Input{}, errEntry
	}
	in, _, err := decode(entries[0])
	return in, err
}

// onDisk returns the record as the journal has it.
func (x *execution) onDisk() Record {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.record
}

// find returns an execution's record by ARN.
func (e *Engine) find(ctx context.Context, arn string) (Record, error) {
	machineARN, name, err := e.arns.parseExecution(arn)
	if err != nil {
		return Record{}, err
	}
	if x := e.aliveNamed(machineARN, name); x != nil && ctx.Err() == nil {
		return x.onDisk(), nil
	}
	r, err := e.cfg.Journal.Find(ctx, machineARN, name)
	if errors.Is(err, ErrNotFound) || err == nil && e.expired(r) {
		return Record{}, errorf(ExecutionDoesNotExist, "Execution Does Not Exist: '%s'", arn)
	}
	if err != nil {
		return Record{}, fmt.Errorf("read the execution: %w", err)
	}
	return r, nil
}

// orGone returns the error with which reading an execution failed after find: that it
// does not exist, where it was removed meanwhile.
func (e *Engine) orGone(ctx context.Context, r Record, err error) error {
	if err == nil {
		return nil
	}
	if _, unread := e.cfg.Journal.Record(ctx, r.ID); !errors.Is(unread, ErrNotFound) {
		return err
	}
	return errorf(ExecutionDoesNotExist, "Execution Does Not Exist: '%s'", e.arns.execution(r))
}

// expired reports whether retention is over, whether or not it is swept already.
func (e *Engine) expired(r Record) bool {
	return r.Status != Running && r.Stopped.Before(e.retained())
}

// retained returns the time before which closed executions are forgotten.
func (e *Engine) retained() time.Time { return e.now().Add(-e.cfg.Retention) }

// StateMachineOf returns the machine as the execution started with it.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineForExecution.html
func (e *Engine) StateMachineOf(ctx context.Context, executionARN string) (StateMachine, error) {
	r, err := e.find(ctx, executionARN)
	if err != nil {
		return StateMachine{}, err
	}
	revision, err := e.registry.revision(ctx, r.Revision)
	if err != nil {
		return StateMachine{}, err
	}
	return StateMachine{
		ARN: r.MachineARN, VersionARN: r.VersionARN, Name: machineName(r.MachineARN), Type: Standard,
		Created: revision.Updated, Revision: revision.Revision,
	}, nil
}

// ListExecutions returns executions of a machine, or of a version or alias of it,
// the newest first, without their outputs. status may be empty. before bounds the page from above: the
// cursor of the page before, 0 for the first; next is 0 after the last page.
// Errors: InvalidARN, StateMachineDoesNotExist, StateMachineTypeNotSupported.
func (e *Engine) ListExecutions(ctx context.Context, machineARN string, status Status, before int64, limit int) (page []Execution, next int64, err error) {
	m, _, v, err := e.registry.resolve(ctx, machineARN)
	if err != nil {
		return nil, 0, err
	}
	if m.Type == Express {
		return nil, 0, errWrongType
	}
	filter := Filter{MachineARN: m.ARN, Status: status, Before: before, After: m.After, Limit: limit + 1, ClosedAfter: e.retained()}
	switch {
	case v == nil:
	case v.ARN == machineARN:
		filter.VersionARN = v.ARN
	default:
		filter.AliasARN = machineARN
	}
	records, err := e.cfg.Journal.List(ctx, filter)
	if err != nil {
		return nil, 0, fmt.Errorf("read the executions: %w", err)
	}
	if len(records) > limit {
		records = records[:limit]
		next = records[limit-1].ID
	}
	for _, r := range records {
		page = append(page, e.execution(r))
	}
	return page, next, nil
}

// MapRun is a Map Run and the execution it is a part of.
type MapRun struct {
	interp.MapRun
	ExecutionARN string
	MachineARN   string
}

// Label returns the name of the Map Run's state in ARNs: its Label, or a UUID.
func (m MapRun) Label() string {
	_, after, _ := strings.Cut(m.ARN, "/")
	label, _, _ := strings.Cut(after, ":")
	return label
}

// MapRuns returns the Map Runs of an execution in the order in which they
// started. Errors: ExecutionDoesNotExist, InvalidARN.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListMapRuns.html
func (e *Engine) MapRuns(ctx context.Context, executionARN string) ([]MapRun, error) {
	r, err := e.find(ctx, executionARN)
	if err != nil {
		return nil, err
	}
	runs, err := e.mapRuns(ctx, r)
	return runs, e.orGone(ctx, r, err)
}

// mapRuns replays the execution: that is where the Map Runs are.
func (e *Engine) mapRuns(ctx context.Context, r Record) ([]MapRun, error) {
	revision, err := e.registry.revision(ctx, r.Revision)
	if err != nil {
		return nil, err
	}
	run := interp.New(revision.parsed, e.info(r, revision))
	if _, _, err := e.replay(ctx, r.ID, run); err != nil {
		return nil, fmt.Errorf("read the execution: %w", err)
	}
	var out []MapRun
	for _, m := range run.MapRuns() {
		out = append(out, MapRun{MapRun: m, ExecutionARN: e.arns.execution(r), MachineARN: r.MachineARN})
	}
	return out, nil
}

// scanPage is how many executions are looked at together.
const scanPage = 1000

// DescribeMapRun returns a Map Run. Errors: InvalidARN, ResourceNotFound.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
func (e *Engine) DescribeMapRun(ctx context.Context, arn string) (MapRun, error) {
	missing := errorf(ResourceNotFound, "Resource not found: '%s'", arn)
	rest, ok := strings.CutPrefix(arn, e.arns.prefix+"mapRun:")
	name, _, labelled := strings.Cut(rest, "/")
	if !ok || !labelled {
		return MapRun{}, missing
	}
	filter := Filter{MachineARN: e.arns.machine(name), Limit: scanPage, ClosedAfter: e.retained()}
	for {
		records, err := e.cfg.Journal.List(ctx, filter)
		if err != nil {
			return MapRun{}, fmt.Errorf("read the executions: %w", err)
		}
		for _, r := range records {
			m, found, err := e.mapRunOf(ctx, r, arn)
			if err != nil || found {
				return m, err
			}
		}
		if len(records) < scanPage {
			return MapRun{}, missing
		}
		filter.Before = records[len(records)-1].ID
	}
}

// mapRunOf returns the Map Run if it is the execution's.
func (e *Engine) mapRunOf(ctx context.Context, r Record, arn string) (m MapRun, found bool, err error) {
	if !interp.MayHaveMapRun(e.arns.execution(r), arn) {
		return MapRun{}, false, nil
	}
	runs, err := e.mapRuns(ctx, r)
	for _, m := range runs {
		if m.ARN == arn {
			return m, true, nil
		}
	}
	return MapRun{}, false, err
}

// UpdateMapRun changes the limits of a Map Run that runs. Errors:
// InvalidARN, ResourceNotFound, ValidationException for one that has ended.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateMapRun.html
func (e *Engine) UpdateMapRun(ctx context.Context, limits interp.MapRunLimits) error {
	if err := e.gate.enter(); err != nil {
		return err
	}
	defer e.gate.leave()
	m, err := e.DescribeMapRun(ctx, limits.ARN)
	if err != nil {
		return err
	}
	r, err := e.find(ctx, m.ExecutionARN)
	if err != nil {
		return err
	}
	over := errorf(ValidationException, "Map Run has already completed: '%s'", limits.ARN)
	x := e.alive(r.ID)
	if x == nil || m.Status != string(Running) {
		return over
	}
	err = x.submit(ctx, interp.Input{Kind: interp.MapRunUpdated, Output: raw(limits)}, nil)
	if errors.Is(err, errEnded) {
		return over
	}
	return err
}
