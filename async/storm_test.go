package async_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

// storm lets faults of all kinds happen to calls at random. Calls that answer
// late take effect at some later moment, but before their lease is over.
type storm struct {
	*world
	dice *rand.Rand
	late chan struct{}
	mu   sync.Mutex // late calls take effect side by side
	// live tells of each execution whether it found its record.
	live map[string]bool
}

var accepting = []string{"Store.Reserve", "Store.Create", "Workflows.Start", "Store.Settle", "Store.Discard", "Store.Release", "Store.Get"}

// blow injects the next faults, but none after the tenth try.
func (s *storm) blow(tries int) {
	s.faults.Clear()
	if tries >= 10 {
		return
	}
	for _, op := range accepting {
		switch s.dice.IntN(12) {
		case 0:
			s.faults.Once(op, asynctest.Refuse)
		case 1:
			s.faults.Once(op, asynctest.LoseAnswer)
		case 2:
			s.faults.Once(op, asynctest.Hang)
		case 3:
			s.faults.Once(op, asynctest.AnswerLate(s.late))
		case 4:
			s.faults.Once(op, asynctest.Throttle)
		}
	}
}

// calm lets everything late happen now.
func (s *storm) calm() {
	close(s.late)
	s.faults.Settled()
	s.late = make(chan struct{})
}

// A client repeats a request with one key until it is accepted, whatever
// breaks meanwhile. What it is then told is true and stays so, and there is one
// live execution of it, whatever else was tried on the way.
func TestRepeatsThroughStorms(t *testing.T) {
	for seed := range uint64(1000) {
		s := &storm{world: newWorld(t), dice: rand.New(rand.NewPCG(seed, 1)), late: make(chan struct{}), live: map[string]bool{}}
		s.Workflows = asynctest.FaultyWorkflows{Workflows: s, Faults: s.faults}
		in := async.Submission{Body: []byte(`"x"`), Key: "key"}
		s.blow(0)
		accepted, err := s.Submit(t.Context(), in)
		for tries := 0; err != nil; tries++ {
			s.afterwards(t, err)
			s.blow(tries + 1)
			accepted, err = s.Submit(t.Context(), in)
		}
		s.calm()
		s.faults.Clear()
		s.check(t, seed, in, accepted.ID)
	}
}

// Start implements async.Workflows: an execution whose record is not there
// when it starts fails.
func (s *storm) Start(ctx context.Context, id string, input []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, started := s.workflows.Inputs()[id]; !started {
		_, err := s.store.Get(ctx, id)
		s.live[id] = err == nil
	}
	return s.workflows.Start(ctx, id, input)
}

// Outcome implements async.Workflows.
func (s *storm) Outcome(ctx context.Context, id string) (async.Outcome, error) {
	return s.workflows.Outcome(ctx, id)
}

// afterwards is what a client does about a failure: it waits.
func (s *storm) afterwards(t *testing.T, err error) {
	t.Helper()
	f, ok := err.(*async.Failure)
	if !ok || f.RetryAfter <= 0 {
		t.Fatalf("got %v after %v", err, s.faults.Calls())
	}
	if f.Code == api.CodeAcceptanceInProgress {
		s.calm()
		s.clock.Advance(31 * time.Second)
	}
	if s.dice.IntN(3) == 0 {
		s.calm()
	}
}

func (s *storm) check(t *testing.T, seed uint64, in async.Submission, id string) {
	t.Helper()
	if _, err := s.Status(context.Background(), id, 0); err != nil {
		t.Errorf("seed %d: the accepted submission: %v", seed, err)
	}
	if !s.live[id] {
		t.Errorf("seed %d: it has no live execution", seed)
	}
	for _, other := range s.store.IDs() {
		if other != id && s.live[other] {
			t.Errorf("seed %d: it has a second execution", seed)
		}
	}
	started := len(s.workflows.Inputs())
	again, err := s.Submit(t.Context(), in)
	if err != nil || again.ID != id || len(s.workflows.Inputs()) != started {
		t.Errorf("seed %d: repeated: %s after %s, %v", seed, again.ID, id, err)
	}
}
