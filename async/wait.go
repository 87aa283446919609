package async

import (
	"context"
	"time"
)

// firstPoll is when a waiting request reads its record for the first time: soon,
// for work that takes no time. The pauses grow up to WaitInterval.
const firstPoll = 100 * time.Millisecond

// grant is how much of the asked wait is given.
func (s *Service) grant(asked time.Duration) time.Duration {
	return max(min(asked, s.MaxWait), 0)
}

// await polls the Store until r is terminal, for at most limit, and returns
// the latest record it has seen. It ends early with ctx or with a failing
// Store: what is known is still an answer.
func (s *Service) await(ctx context.Context, r Record, limit time.Duration) Record {
	end := s.Clock.Now().Add(limit)
	for pause := min(firstPoll, s.WaitInterval); !r.Status.Terminal(); pause = min(pause*3/2, s.WaitInterval) {
		left := end.Sub(s.Clock.Now())
		if left <= 0 || s.Clock.Sleep(ctx, min(pause, left)) != nil {
			return r
		}
		next, err := s.get(ctx, r.ID)
		if err != nil {
			return r
		}
		r = next
	}
	return r
}
