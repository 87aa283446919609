package engine

import (
	"sync"
	"time"
)

// Clock is the engine's only source of time, so that a test can make a year
// pass in a moment.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f in a goroutine of its own once d has passed (at once if
	// it is not positive), unless stop is called before.
	AfterFunc(d time.Duration, f func()) (stop func())
}

// SystemClock is the machine's clock.
type SystemClock struct{}

// Now is the time.
func (SystemClock) Now() time.Time { return time.Now() }

// AfterFunc is time.AfterFunc, but it looks at the clock on the wall every
// minute: a machine that was suspended is not late by as long as it slept.
func (c SystemClock) AfterFunc(d time.Duration, f func()) func() {
	a := &alarm{at: c.Now().Round(0).Add(d), f: f}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.timer = time.AfterFunc(min(d, alarmStep), a.look)
	return a.stop
}

const alarmStep = time.Minute

// alarm waits for a time of day, step by step.
type alarm struct {
	at      time.Time
	f       func()
	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

func (a *alarm) look() {
	if a.due() {
		a.f()
	}
}

// due tells whether the time has come, and otherwise takes the next step.
func (a *alarm) due() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stopped {
		return false
	}
	left := time.Until(a.at)
	if left > 0 {
		a.timer.Reset(min(left, alarmStep))
	}
	return left <= 0
}

func (a *alarm) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = true
	a.timer.Stop()
}
