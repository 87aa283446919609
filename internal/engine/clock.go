package engine

import "time"

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

// AfterFunc is time.AfterFunc.
func (SystemClock) AfterFunc(d time.Duration, f func()) func() {
	t := time.AfterFunc(d, f)
	return func() { t.Stop() }
}
