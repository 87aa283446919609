package async

import (
	"context"

	"example.org/asynchttpapi/api"
)

// Workflows starts and looks at the execution behind a submission. Adapters:
// async/internal/sfn (Step Functions) and the engine of the local world.
type Workflows interface {
	// Start starts the execution named id. An execution of that name that
	// runs or ran already is success: the name is the submission.
	// input is JSON without anything personal.
	Start(ctx context.Context, id string, input []byte) error
	// Outcome tells how the execution named id stands; ErrNotFound where the
	// service knows none of that name.
	Outcome(ctx context.Context, id string) (Outcome, error)
}

// Outcome is what the workflow service knows of an execution, reduced to what
// a status needs.
type Outcome struct {
	// Status is Running, Succeeded, Failed or Canceled (aborted).
	Status api.Status
	// TimedOut tells a Failed execution that ran out of time from another.
	TimedOut bool
	// Redrive counts how often the execution was reopened.
	Redrive int
}
