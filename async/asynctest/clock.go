package asynctest

import (
	"context"
	"sync"
	"time"
)

// Clock is a clock that stands still until it is told to go on, or somebody
// sleeps: then the sleep is over at once, and the time has passed.
type Clock struct {
	mu  sync.Mutex
	now time.Time
	// Slept is called after every sleep, with no lock held.
	Slept func()
}

// NewClock shows the given time.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now implements async.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Sleep implements async.Clock.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.Advance(d)
	if c.Slept != nil {
		c.Slept()
	}
	return nil
}

// WithTimeout is context.WithTimeout, but the context ends when a fault lets it.
func WithTimeout(ctx context.Context, _ time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	return context.WithValue(ctx, expiry{}, cancel), cancel
}

// expiry is the key of what ends a context made by WithTimeout.
type expiry struct{}

// Expire ends a context made by WithTimeout, as if its time had come.
func Expire(ctx context.Context) {
	if cancel, ok := ctx.Value(expiry{}).(context.CancelFunc); ok {
		cancel()
	}
}

// Advance lets time pass.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
