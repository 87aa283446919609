package functions

import (
	"context"

	"github.com/aws/aws-lambda-go/lambda"
)

// handler is lambda.NewHandler of a function, for concurrent invocations.
//
// A handler of aws-lambda-go v1.55 returns the bytes of a buffer that it has
// put back into its pool already (aws/aws-lambda-go#639). A process that runs
// one invocation at a time never notices; a gateway with several at work would
// send one client another's response. A handler for each invocation has a pool
// of its own.
type handler struct {
	function any
	// calls are the adapters that every invocation calls.
	calls []any
}

// handlerOf takes any function that lambda.NewHandler takes.
func handlerOf(function any, calls ...any) lambda.Handler { return handler{function, calls} }

// Invoke implements lambda.Handler.
func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return lambda.NewHandler(h.function).Invoke(ctx, payload)
}
