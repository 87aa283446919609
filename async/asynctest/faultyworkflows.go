package asynctest

import (
	"context"

	"example.org/asynchttpapi/async"
)

// FaultyWorkflows is a Workflows whose calls Faults may spoil.
type FaultyWorkflows struct {
	Workflows async.Workflows
	Faults    *Faults
}

// Start implements async.Workflows.
func (w FaultyWorkflows) Start(ctx context.Context, id string, input []byte) error {
	return w.Faults.call(ctx, "Workflows.Start", func(ctx context.Context) error { return w.Workflows.Start(ctx, id, input) })
}

// Outcome implements async.Workflows.
func (w FaultyWorkflows) Outcome(ctx context.Context, id string) (o async.Outcome, err error) {
	err = w.Faults.call(ctx, "Workflows.Outcome", func(ctx context.Context) (err error) {
		o, err = w.Workflows.Outcome(ctx, id)
		return err
	})
	return o, err
}
