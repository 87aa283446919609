package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// MapRun is a Map Run and the execution it is a part of.
type MapRun struct {
	interp.MapRun
	ExecutionARN string
	MachineARN   string
}

// Label is the name of the Map Run's state in ARNs: its Label, or a UUID.
func (m MapRun) Label() string {
	_, after, _ := strings.Cut(m.ARN, "/")
	label, _, _ := strings.Cut(after, ":")
	return label
}

// MapRuns gives the Map Runs of an execution in the order in which they
// started. Refusals: ExecutionDoesNotExist, InvalidArn.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListMapRuns.html
func (e *Engine) MapRuns(ctx context.Context, executionARN string) ([]MapRun, error) {
	r, err := e.find(ctx, executionARN)
	if err != nil {
		return nil, err
	}
	return e.mapRuns(ctx, r)
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

// DescribeMapRun tells of a Map Run. Refusals: InvalidArn, ResourceNotFound.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html
func (e *Engine) DescribeMapRun(ctx context.Context, arn string) (MapRun, error) {
	missing := refuse(ResourceNotFound, "Resource not found: '%s'", arn)
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

// mapRunOf gives the Map Run if it is the execution's.
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

// UpdateMapRun changes the limits of a Map Run that runs. Refusals:
// InvalidArn, ResourceNotFound, ValidationException for one that has ended.
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
	over := refuse(ValidationException, "Map Run has already completed: '%s'", limits.ARN)
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
