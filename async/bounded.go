package async

import (
	"context"
	"sync"
	"time"
)

// bounded is a context with a deadline of its own, without the timer of
// context.WithTimeout until its end is waited for: a Store in this process asks
// for Err alone, and there are a dozen calls in a submission's life.
type bounded struct {
	context.Context // the caller's
	deadline        time.Time

	mu    sync.Mutex
	timed context.Context // set by the first Done
	stop  context.CancelFunc
	over  bool
}

func (b *bounded) Deadline() (time.Time, bool) {
	if d, ok := b.Context.Deadline(); ok && d.Before(b.deadline) {
		return d, true
	}
	return b.deadline, true
}

func (b *bounded) Done() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.timed == nil {
		b.timed, b.stop = context.WithDeadline(b.Context, b.deadline)
		if b.over {
			b.stop()
		}
	}
	return b.timed.Done()
}

func (b *bounded) Err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.timed != nil {
		return b.timed.Err()
	}
	if err := b.Context.Err(); err != nil {
		return err
	}
	switch {
	case b.over:
		return context.Canceled
	case !time.Now().Before(b.deadline):
		return context.DeadlineExceeded
	}
	return nil
}

// Value has contexts that are derived from this one find the timed one.
func (b *bounded) Value(key any) any {
	b.mu.Lock()
	parent := b.timed
	b.mu.Unlock()
	if parent == nil {
		parent = b.Context
	}
	return parent.Value(key)
}

// end cancels it, once the call is over.
func (b *bounded) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	if b.stop != nil {
		b.stop()
	}
}

// call bounds one call of a port.
func call[T any](ctx context.Context, d time.Duration, f func(context.Context) (T, error)) (T, error) {
	b := &bounded{Context: ctx, deadline: time.Now().Add(d)}
	defer b.end()
	return f(b)
}

// do is call for functions that return only an error.
func do(ctx context.Context, d time.Duration, f func(context.Context) error) error {
	_, err := call(ctx, d, func(ctx context.Context) (struct{}, error) { return struct{}{}, f(ctx) })
	return err
}
