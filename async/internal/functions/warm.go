package functions

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// warmTime bounds the connecting ahead of the first call, which Lambda bills.
const warmTime = time.Second

// warmAll connects the adapters that can be connected, all at once. It waits
// for them: a function that is starting has a whole processor for the
// handshake, and later only a fraction.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
func warmAll(log *slog.Logger, adapters []any) {
	ctx, cancel := context.WithTimeout(context.Background(), warmTime)
	defer cancel()
	var all sync.WaitGroup
	for _, adapter := range adapters {
		if w, ok := adapter.(interface{ Warm(context.Context) error }); ok {
			all.Go(func() { warm(ctx, log, w.Warm) })
		}
	}
	all.Wait()
}

// warm connects. Failing is no reason to give up: the first call tries again.
func warm(ctx context.Context, log *slog.Logger, connect func(context.Context) error) {
	if err := connect(ctx); err != nil {
		log.WarnContext(ctx, "not connected ahead of the first call", "error", err.Error())
	}
}
