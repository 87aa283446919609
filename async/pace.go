package async

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"sync"
	"time"
)

// paceInterval is how old the Pace that a process works with may be, and how
// often a process saves one.
const paceInterval = time.Minute

// Paces is what a Store may implement too: it keeps the Pace of a job in one
// small item. Without it each process learns for itself.
type Paces interface {
	// Pace returns what SavePace has stored for the job, nil where there is
	// nothing.
	Pace(ctx context.Context, job string) ([]byte, error)
	// SavePace replaces what is stored for the job if it is still was, nil for
	// nothing, and else returns ErrStale.
	SavePace(ctx context.Context, job string, was, now []byte) error
}

// pacer has the Pace that a Service works with.
type pacer struct {
	mu     sync.Mutex // not held during calls of the Store
	job    string
	pace   *Pace
	stored []byte     // pace, where the Store keeps none
	asked  time.Time  // when the Store was
	ends   []stageEnd // since then, the first paceMemory
}

type stageEnd struct {
	stage string
	took  time.Duration
	ended bool
}

// retryAfter answers a poll of r.
func (s *Service) retryAfter(ctx context.Context, r Record, now time.Time) time.Duration {
	s.keepPace(ctx, r.Job)
	h := fnv.New64a()
	h.Write(now.AppendFormat([]byte(r.ID), time.RFC3339Nano))
	spread := float64(h.Sum64()>>11) / (1 << 53)
	s.pacer.mu.Lock()
	defer s.pacer.mu.Unlock()
	return s.pacer.pace.RetryAfter(r.State, now, spread)
}

// learn takes note that a stage of r has ended, well or not. A stage that failed
// counts like any other: whoever polls wants to know that, too.
func (s *Service) learn(ctx context.Context, r Record, stage string, ended bool, now time.Time) {
	if !r.Began.IsZero() {
		s.keepPace(ctx, r.Job, stageEnd{stage, now.Sub(r.Began), ended})
	}
}

// keepPace takes note of ends. Once in paceInterval it reads what is stored, adds
// what was noted and, if that is anything, saves it. Retry-After is never worth
// failing for: what fails is tried again an interval later. Of two processes that
// save at once one has learned for nothing. A sample is enough.
func (s *Service) keepPace(ctx context.Context, job string, ends ...stageEnd) {
	p := &s.pacer
	stored, ends, due := p.note(job, ends)
	if !due {
		return
	}
	pace, stored, err := s.exchangePace(ctx, job, stored, ends)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.job != job || errors.Is(err, ErrStale):
	case err == nil:
		p.pace, p.stored = pace, stored
	default:
		p.ends = append(ends, p.ends...)
		p.ends = p.ends[:min(len(p.ends), paceMemory)]
	}
}

// exchangePace adds the ends to what the Store has, or to stored where it keeps no
// Pace, and returns the sum, also as it is stored.
func (s *Service) exchangePace(ctx context.Context, job string, stored []byte, ends []stageEnd) (*Pace, []byte, error) {
	paces, kept := s.Store.(Paces)
	if kept {
		var err error
		stored, err = call(ctx, s.CallTimeout, func(ctx context.Context) ([]byte, error) { return paces.Pace(ctx, job) })
		if err != nil {
			return nil, nil, err
		}
	}
	pace := s.paceOf(stored)
	if len(ends) == 0 {
		return pace, stored, nil
	}
	for _, e := range ends {
		pace.Observe(e.stage, e.took, e.ended)
	}
	sum, err := json.Marshal(pace)
	if err == nil && kept {
		err = do(ctx, s.CallTimeout, func(ctx context.Context) error { return paces.SavePace(ctx, job, stored, sum) })
	}
	return pace, sum, err
}

// note adds to the ends. Where an interval is over it takes them out, and the
// caller is the one of many that goes on.
func (p *pacer) note(job string, more []stageEnd) (stored []byte, ends []stageEnd, due bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.job != job {
		p.job, p.pace, p.stored, p.asked, p.ends = job, nil, nil, time.Time{}, nil
	}
	if len(p.ends) < paceMemory {
		p.ends = append(p.ends, more...)
	}
	if time.Since(p.asked) < paceInterval {
		return nil, nil, false
	}
	ends = p.ends
	p.asked, p.ends = time.Now(), nil
	return p.stored, ends, true
}

// paceOf returns the Pace to work with: what is stored, of the job's stages as
// they are today. A text of another version may be none.
func (s *Service) paceOf(stored []byte) *Pace {
	var kept Pace
	if err := json.Unmarshal(stored, &kept); err != nil {
		kept = Pace{}
	}
	if s.Job == nil {
		return &kept
	}
	pace := NewPace(s.job)
	for i, st := range pace.Stages {
		if j := kept.index(st.Name); j >= 0 {
			pace.Stages[i].Took, pace.Stages[i].Ended = kept.Stages[j].Took, kept.Stages[j].Ended
		}
	}
	return pace
}
