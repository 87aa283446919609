package functions

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// handler is a function for concurrent invocations: a lambda.Handler, or anything
// that lambda.NewHandler makes one of.
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

// Invoke implements lambda.Handler.
func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if f, ok := h.function.(lambda.Handler); ok {
		return f.Invoke(ctx, payload)
	}
	return lambda.NewHandler(h.function).Invoke(ctx, payload)
}

// warmTime bounds the connecting ahead of the first call, which Lambda bills.
const warmTime = time.Second

// Warm connects the adapters that every invocation of a handler of this package
// calls, all at once. It waits for them: a function that is starting has a whole
// processor for the handshake, and later only a fraction.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
func Warm(made lambda.Handler, log *slog.Logger) {
	h, ok := made.(handler)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), warmTime)
	defer cancel()
	var all sync.WaitGroup
	for _, adapter := range h.calls {
		if w, ok := adapter.(interface{ Warm(context.Context) error }); ok {
			all.Go(func() {
				// Failing is no reason to give up: the first call tries again.
				if err := w.Warm(ctx); err != nil {
					log.WarnContext(ctx, "not connected ahead of the first call", "error", err.Error())
				}
			})
		}
	}
	all.Wait()
}
