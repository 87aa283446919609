package client

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"time"
)

// ambient is what the client takes from its surroundings. Tests replace it.
type ambient struct {
	now func() time.Time
	// after calls f once d has passed, unless stopped.
	after func(d time.Duration, f func()) (stop func() bool)
	// random returns a number in [0, 1).
	random func() float64
	// text returns a string that nobody can guess, of 128 random bits or more.
	text func() string
}

func realAmbient() ambient {
	return ambient{
		now:    time.Now,
		after:  func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop },
		random: mathrand.Float64,
		text:   rand.Text,
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
