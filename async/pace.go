package async

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"
)

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

// paceInterval is how old the Pace that a process works with may be, and how
// often a process saves one.
const paceInterval = time.Minute

// pacer has the Pace that a Service works with. It is read and saved once in
// paceInterval at most, and what fails is tried again then: Retry-After is never
// worth failing for.
type pacer struct {
	mu          sync.Mutex // not held during calls of the Store
	job         string
	pace        *Pace
	read, saved time.Time
	// ends are those that were not saved yet.
	ends []stageEnd
}

type stageEnd struct {
	stage string
	took  time.Duration
	ended bool
}

// retryAfter answers a poll of r.
func (s *Service) retryAfter(ctx context.Context, r Record, now time.Time) time.Duration {
	p := &s.pacer
	p.mu.Lock()
	old := p.job != r.Job || since(p.read, now) >= paceInterval
	if old {
		p.read = now // of many that poll one reads
		if p.job != r.Job {
			p.job, p.pace = r.Job, nil
		}
	}
	p.mu.Unlock()
	if old {
		if pace, _, err := s.loadPace(ctx, r.Job); err == nil && pace != nil {
			s.setPace(r.Job, pace, now)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	pace := p.pace
	if p.job != r.Job {
		pace = nil
	}
	return pace.RetryAfter(r.State, now, spread(r.ID, now))
}

// spread returns the number from 0 to 1 by which a client's pause is longer.
func spread(id string, now time.Time) float64 {
	h := fnv.New64a()
	fmt.Fprint(h, id, now.UnixNano())
	return float64(h.Sum64()>>11) / (1 << 53)
}

// since is how long ago t was; a clock that was set back makes it long ago.
func since(t, now time.Time) time.Duration {
	if now.Before(t) || t.IsZero() {
		return paceInterval
	}
	return now.Sub(t)
}

func (s *Service) setPace(job string, pace *Pace, now time.Time) {
	s.pacer.mu.Lock()
	defer s.pacer.mu.Unlock()
	s.pacer.job, s.pacer.pace, s.pacer.read = job, pace, now
}

// loadPace returns the Pace to work with, and as what it is stored; one of the job
// alone where nothing is stored, and nil where there is no job either.
func (s *Service) loadPace(ctx context.Context, job string) (pace *Pace, stored []byte, err error) {
	var kept Pace
	if paces, ok := s.Store.(Paces); ok {
		stored, err = call(ctx, s.CallTimeout, func(ctx context.Context) ([]byte, error) { return paces.Pace(ctx, job) })
		if err != nil {
			return nil, nil, err
		}
		if json.Unmarshal(stored, &kept) != nil {
			kept = Pace{} // one of another version, perhaps
		}
	} else {
		s.pacer.mu.Lock()
		defer s.pacer.mu.Unlock()
		if s.pacer.pace != nil && s.pacer.job == job {
			return s.pacer.pace, nil, nil
		}
	}
	if s.Job == nil {
		if len(kept.Stages) == 0 {
			return nil, stored, nil
		}
		return &kept, stored, nil
	}
	pace = NewPace(s.job) // the job's stages as they are today
	for i := range pace.Stages {
		if j := kept.index(pace.Stages[i].Name); j >= 0 {
			pace.Stages[i].Took, pace.Stages[i].Ended = kept.Stages[j].Took, kept.Stages[j].Ended
		}
	}
	return pace, stored, nil
}

// learn takes note that a stage of r has ended, and saves what was noted if that
// is due.
func (s *Service) learn(ctx context.Context, r Record, stage string, ended bool, now time.Time) {
	if r.Began.IsZero() {
		return
	}
	ends := s.note(r, stageEnd{stage, now.Sub(r.Began), ended}, now)
	if len(ends) == 0 {
		return
	}
	pace, was, err := s.loadPace(ctx, r.Job)
	if err != nil || pace == nil {
		return
	}
	for _, e := range ends {
		pace.Observe(e.stage, e.took, e.ended)
	}
	text, err := json.Marshal(pace)
	if err != nil {
		return
	}
	// Of two processes that save at once one has learned for nothing: a sample of
	// the ends is enough.
	err = do(ctx, s.CallTimeout, func(ctx context.Context) error { return s.Store.(Paces).SavePace(ctx, r.Job, was, text) })
	if err == nil {
		s.setPace(r.Job, pace, now)
	}
}

// note keeps an end, and returns all that were kept if they are to be saved now.
// Where nothing can be saved it learns at once.
func (s *Service) note(r Record, e stageEnd, now time.Time) []stageEnd {
	p := &s.pacer
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := s.Store.(Paces); !ok {
		if p.pace == nil || p.job != r.Job {
			p.job, p.pace = r.Job, NewPace(s.job)
		}
		p.pace.Observe(e.stage, e.took, e.ended)
		return nil
	}
	if len(p.ends) < paceMemory { // of more a sample is enough
		p.ends = append(p.ends, e)
	} else {
		p.ends[rand.IntN(paceMemory)] = e
	}
	if since(p.saved, now) < paceInterval {
		return nil
	}
	ends := p.ends
	p.saved, p.ends = now, nil
	return ends
}
