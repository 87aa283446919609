package functions

import (
	"context"
	"errors"

	"github.com/aws/aws-lambda-go/lambda"
)

// executionEvent is what is read of a "Step Functions Execution Status Change"
// event. It carries the execution's input and output as well, so it is never
// logged.
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
type executionEvent struct {
	Detail struct {
		// Name is the execution's, and so the submission's id.
		Name string `json:"name"`
	} `json:"detail"`
}

// NewReconcile makes the handler of the event that an execution has ended, or
// runs again: it brings the submission's record in line.
func NewReconcile(c Config) (lambda.Handler, error) {
	service, err := newService(c)
	if err != nil {
		return nil, err
	}
	return handlerOf(func(ctx context.Context, event executionEvent) error {
		if event.Detail.Name == "" {
			return errors.New("the event names no execution")
		}
		return service.Reconcile(ctx, event.Detail.Name)
	}, c.Store, c.Workflows), nil
}
