package local

import (
	"context"
	"time"
)

// sweepEvery is how often submissions past their retention are removed, as
// DynamoDB does on AWS. Readers look at the time themselves.
const sweepEvery = time.Hour

// abandonedAfter is how old a result is that no record names: older than any run
// that may still record it.
const abandonedAfter = 48 * time.Hour

// sweep removes what has expired, now and then, until ctx ends.
func (s *Server) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		_, err := s.store.Sweep(ctx, time.Now(), s.results)
		if err == nil {
			_, err = s.results.Sweep(ctx, time.Now().Add(-abandonedAfter), s.store.HasResult)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("expired submissions are not removed", "error", err.Error())
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
