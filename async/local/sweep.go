package local

import (
	"context"
	"time"
)

// sweepEvery is how often submissions past their retention are removed, as
// DynamoDB does on AWS. Readers look at the time themselves.
const sweepEvery = time.Hour

// sweep removes what has expired, now and then, until ctx ends.
func (s *Server) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if _, err := s.store.Sweep(ctx, time.Now(), s.results); err != nil && ctx.Err() == nil {
			s.log.Warn("expired submissions are not removed", "error", err.Error())
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
