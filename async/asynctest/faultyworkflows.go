package asynctest

import (
	"context"

	"example.org/asynchttpapi/internal/asyncapi"
)

// FaultyWorkflows is a Workflows whose calls Faults may spoil.
type FaultyWorkflows struct {
	Workflows asyncapi.Workflows
	Faults    *Faults
}

// Start implements asyncapi.Workflows.
func (w FaultyWorkflows) Start(ctx context.Context, id string, input []byte) error {
	return w.Faults.call(ctx, "Workflows.Start", func(ctx context.Context) error { return w.Workflows.Start(ctx, id, input) })
}

// Outcome implements asyncapi.Workflows.
func (w FaultyWorkflows) Outcome(ctx context.Context, id string) (o asyncapi.Outcome, err error) {
	err = w.Faults.call(ctx, "Workflows.Outcome", func(ctx context.Context) (err error) {
		o, err = w.Workflows.Outcome(ctx, id)
		return err
	})
	return o, err
}
