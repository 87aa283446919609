package engine

import (
	"context"
	"fmt"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// History gives every event of an execution, the first one first. It is what a
// replay of the journal writes. Refusals: ExecutionDoesNotExist, InvalidArn.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
func (e *Engine) History(ctx context.Context, arn string) ([]interp.Event, error) {
	r, err := e.find(ctx, arn)
	if err != nil {
		return nil, err
	}
	revision, err := e.registry.revision(ctx, r.Revision)
	if err != nil {
		return nil, err
	}
	var events []interp.Event
	sink := func(event interp.Event) { events = append(events, event) }
	run := interp.New(revision.parsed, e.info(r, revision), interp.WithHistory(sink))
	if _, _, err := e.replay(ctx, r.ID, run); err != nil {
		return nil, fmt.Errorf("read the execution: %w", err)
	}
	return events, nil
}
