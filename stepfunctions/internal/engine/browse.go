package engine

import (
	"context"
	"fmt"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// Search selects executions of Standard machines for a person who looks for one.
type Search struct {
	// MachineARN is empty for all machines.
	MachineARN string
	// Status is empty for all.
	Status Status
	// Name is a part of the execution's name, empty for all.
	Name string
	// Before is the cursor of the page before, 0 for the first page.
	Before int64
	// Limit is the longest page wanted.
	Limit int
}

// Search returns a page of executions, the newest first, without their inputs
// and outputs.
// next is the cursor of the page after it, 0 after the last one. A machine that
// does not exist has no executions.
func (e *Engine) Search(ctx context.Context, s Search) (page []Execution, next int64, err error) {
	after := int64(0)
	if m, err := e.registry.find(s.MachineARN); err == nil {
		after = m.After
	}
	records, err := e.cfg.Journal.List(ctx, Filter{
		MachineARN: s.MachineARN, AllMachines: s.MachineARN == "", Status: s.Status, NamePart: s.Name,
		Before: s.Before, After: after, Limit: s.Limit + 1, ClosedAfter: e.retained(),
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read the executions: %w", err)
	}
	if len(records) > s.Limit {
		records = records[:s.Limit]
		next = records[s.Limit-1].ID
	}
	for _, r := range records {
		page = append(page, e.execution(r))
	}
	return page, next, nil
}

// Inspection is what a replay of an execution shows beside its history.
type Inspection struct {
	// Waiting are the tasks that wait for their tokens, in the order in which
	// they were scheduled.
	Waiting []interp.Task
	// MapRuns are in the order in which they started.
	MapRuns []MapRun
	// Now is the engine's time.
	Now time.Time
}

// Inspect replays an execution once. begin gets the definition that it started
// with, which is not to be changed, and returns what is called with each event
// of the history, the first one first. Errors: ExecutionDoesNotExist, InvalidARN.
func (e *Engine) Inspect(ctx context.Context, arn string, begin func(*asl.Machine) func(interp.Event)) (Inspection, error) {
	r, err := e.find(ctx, arn)
	if err != nil {
		return Inspection{}, err
	}
	if x := e.alive(r.ID); x != nil {
		x.flush()
	}
	revision, err := e.registry.revision(ctx, r.Revision)
	if err != nil {
		return Inspection{}, err
	}
	in := Inspection{Now: e.now()}
	run := interp.New(revision.parsed, e.info(r, revision), interp.WithHistory(begin(revision.parsed)))
	if _, _, err := e.replay(ctx, r.ID, run); err != nil {
		return in, e.orGone(ctx, r, fmt.Errorf("read the execution: %w", err))
	}
	tasks, _ := run.Outstanding()
	for _, task := range tasks {
		if task.Token != "" {
			in.Waiting = append(in.Waiting, task)
		}
	}
	for _, m := range run.MapRuns() {
		in.MapRuns = append(in.MapRuns, MapRun{MapRun: m, ExecutionARN: arn, MachineARN: r.MachineARN})
	}
	return in, nil
}
