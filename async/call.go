package async

import (
	"context"
	"runtime/debug"
	"time"
)

// WithTimeout is the type of context.WithTimeout.
type WithTimeout func(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)

// Panic is what a call of a port panicked with, and where: it goes on in the
// request's own goroutine.
type Panic struct {
	Reason any
	Stack  []byte
}

// bounded runs one call of a port for at most d, and returns then even if the
// call ignores its context: a dependency that hangs must not take the request
// with it. A panic of the call is one of the caller.
func bounded[T any](ctx context.Context, limit WithTimeout, d time.Duration, f func(context.Context) (T, error)) (T, error) {
	ctx, cancel := limit(ctx, d)
	defer cancel()
	done := make(chan result[T], 1)
	go func() { done <- try(ctx, f) }()
	select {
	case r := <-done:
		if r.panic != nil {
			panic(*r.panic)
		}
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

type result[T any] struct {
	value T
	err   error
	panic *Panic
}

func try[T any](ctx context.Context, f func(context.Context) (T, error)) (r result[T]) {
	defer func() {
		if reason := recover(); reason != nil {
			r.panic = &Panic{Reason: reason, Stack: debug.Stack()}
		}
	}()
	r.value, r.err = f(ctx)
	return r
}

// do is bounded for calls that return only an error.
func do(ctx context.Context, limit WithTimeout, d time.Duration, f func(context.Context) error) error {
	_, err := bounded(ctx, limit, d, func(ctx context.Context) (struct{}, error) { return struct{}{}, f(ctx) })
	return err
}

func (s *Service) get(ctx context.Context, id string) (Record, error) {
	return bounded(ctx, s.WithTimeout, s.CallTimeout, func(ctx context.Context) (Record, error) { return s.Store.Get(ctx, id) })
}
