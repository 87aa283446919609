package fake

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

// Now implements asyncapi.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Sleep implements asyncapi.Clock.
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

// Advance lets time pass.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
