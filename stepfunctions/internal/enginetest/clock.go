package enginetest

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Clock is an engine.Clock that stands still until it is moved. Make it
// with NewClock.
type Clock struct {
	mu     sync.Mutex
	now    time.Time
	alarms []*alarm
}

type alarm struct {
	at time.Time
	f  func()
}

// NewClock makes a clock that shows t.
func NewClock(t time.Time) *Clock { return &Clock{now: t} }

// Now returns the time the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// AfterFunc implements engine.Clock. f is called by Advance or Drive, even if d is
// not positive.
func (c *Clock) AfterFunc(d time.Duration, f func()) (stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := &alarm{at: c.now.Add(max(d, 0)), f: f}
	c.alarms = append(c.alarms, a)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.alarms = slices.DeleteFunc(c.alarms, func(b *alarm) bool { return a == b })
	}
}

// Advance moves the clock by d, through every alarm on the way. It returns
// when their functions have.
func (c *Clock) Advance(d time.Duration) {
	limit := c.Now().Add(d)
	for a := c.pop(limit); a != nil; a = c.pop(limit) {
		a.f()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = limit
}

// pop takes the earliest alarm up to limit, and makes it that time.
func (c *Clock) pop(limit time.Time) *alarm {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.alarms) == 0 {
		return nil
	}
	a := slices.MinFunc(c.alarms, func(a, b *alarm) int { return a.at.Compare(b.at) })
	if a.at.After(limit) {
		return nil
	}
	c.alarms = slices.DeleteFunc(c.alarms, func(b *alarm) bool { return a == b })
	if c.now.Before(a.at) {
		c.now = a.at
	}
	return a
}

// Drive makes time pass whenever sleeping (an engine's Sleeping, for instance)
// says that nothing else will happen, until ctx ends: a year of waiting takes
// a moment.
func (c *Clock) Drive(ctx context.Context, sleeping func() bool) {
	farFuture := c.Now().AddDate(1000, 0, 0)
	for ctx.Err() == nil {
		var a *alarm
		if sleeping() {
			a = c.pop(farFuture)
		}
		if a == nil {
			time.Sleep(20 * time.Microsecond)
			continue
		}
		a.f()
	}
}

// AdvanceIdle moves the clock by d like Advance, but before each alarm, and at
// the end, it waits until idle reports that all that followed from the one
// before is done (an engine's Idle, for instance).
func (c *Clock) AdvanceIdle(d time.Duration, idle func() bool) {
	limit := c.Now().Add(d)
	for {
		for !idle() {
			time.Sleep(20 * time.Microsecond)
		}
		a := c.pop(limit)
		if a == nil {
			break
		}
		a.f()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = limit
}
