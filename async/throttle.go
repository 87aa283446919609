package async

import (
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// throttle knows since when a process has been refused by what it depends on. A
// caller that is refused waits as long again as that has lasted, and up to twice as
// long, so that callers do not return together: the load falls while the lack of
// capacity lasts, and nothing is counted that all processes would have to write.
// The zero value is ready for use.
type throttle struct {
	mu           sync.Mutex
	began, ended time.Time // of the refusals so far
}

// Refusals are one lack of capacity while the pauses between them are shorter than
// all of it, and than these bounds: whoever waits comes back meanwhile.
const shortestLull, longestLull = time.Minute, 2 * maxRetry

// refused takes note of a refusal, and returns in how many whole seconds the caller
// may try again. spread is the caller's own, from 0 to 1.
func (t *throttle) refused(now time.Time, spread float64) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	lull := min(max(2*t.ended.Sub(t.began), shortestLull), longestLull)
	if t.began.IsZero() || now.Before(t.began) || now.Sub(t.ended) > lull {
		t.began = now
	}
	t.ended = now
	pause := max(now.Sub(t.began), unavailableRetry).Seconds() * (1 + min(max(spread, 0), 1))
	return min(max(time.Duration(math.Round(pause))*time.Second, minRetry), maxRetry)
}

func (s *Service) throttledRetry() time.Duration {
	return s.throttle.refused(time.Now(), rand.Float64())
}
