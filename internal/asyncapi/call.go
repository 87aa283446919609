package asyncapi

import (
	"context"
	"time"
)

// WithTimeout is the type of context.WithTimeout.
type WithTimeout func(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)

// bounded runs one call of a port for at most d, and returns then even if the
// call ignores its context: a dependency that hangs must not take the request
// with it. A panic of the call is one of the caller.
func bounded[T any](ctx context.Context, limit WithTimeout, d time.Duration, f func(context.Context) (T, error)) (T, error) {
	ctx, cancel := limit(ctx, d)
	defer cancel()
	done := make(chan answer[T], 1)
	go func() {
		a := answer[T]{panicked: true}
		defer func() {
			if a.panicked {
				a.reason = recover()
			}
			done <- a
		}()
		a.value, a.err = f(ctx)
		a.panicked = false
	}()
	select {
	case a := <-done:
		if a.panicked {
			panic(a.reason)
		}
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

type answer[T any] struct {
	value    T
	err      error
	panicked bool
	reason   any
}

// do is bounded for calls that return only an error.
func do(ctx context.Context, limit WithTimeout, d time.Duration, f func(context.Context) error) error {
	_, err := bounded(ctx, limit, d, func(ctx context.Context) (struct{}, error) { return struct{}{}, f(ctx) })
	return err
}

func (s *Service) get(ctx context.Context, id string) (Record, error) {
	return bounded(ctx, s.WithTimeout, s.CallTimeout, func(ctx context.Context) (Record, error) { return s.Store.Get(ctx, id) })
}
