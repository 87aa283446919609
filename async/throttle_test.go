package async

import (
	"testing"
	"time"
)

// A refused caller waits as long again as the lack of capacity has lasted, and up
// to twice as long.
func TestRetryOfTheThrottled(t *testing.T) {
	began := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	var refusals throttle
	for _, step := range []struct {
		after             time.Duration // since the first refusal
		earliest, longest time.Duration
	}{
		{0, 2 * time.Second, 4 * time.Second},
		{time.Second, 2 * time.Second, 4 * time.Second},
		{10 * time.Second, 10 * time.Second, 20 * time.Second},
		{65 * time.Second, 65 * time.Second, 130 * time.Second},
		{190 * time.Second, 190 * time.Second, 300 * time.Second},
		{9 * time.Minute, 300 * time.Second, 300 * time.Second},
		{18 * time.Minute, 300 * time.Second, 300 * time.Second},
		{29 * time.Minute, 2 * time.Second, 4 * time.Second}, // another lack of capacity
		{29*time.Minute + 50*time.Second, 50 * time.Second, 100 * time.Second},
		{32*time.Minute + time.Second, 2 * time.Second, 4 * time.Second}, // and another
		{0, 2 * time.Second, 4 * time.Second},                            // the clock was set back
	} {
		now := began.Add(step.after)
		if got := refusals.refused(now, 0); got != step.earliest {
			t.Errorf("after %v: %v, want %v", step.after, got, step.earliest)
		}
		if got := refusals.refused(now, 1); got != step.longest {
			t.Errorf("after %v: %v at the latest, want %v", step.after, got, step.longest)
		}
		if got := refusals.refused(now, 0.5); got < step.earliest || got > step.longest || got%time.Second != 0 {
			t.Errorf("after %v: %v, between %v and %v", step.after, got, step.earliest, step.longest)
		}
	}
}
