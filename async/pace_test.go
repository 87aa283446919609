package async_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

// countingStore counts what the learning costs.
type countingStore struct {
	*asynctest.Store
	reads, saves int
	down         error
}

func (c *countingStore) Pace(ctx context.Context, job string) ([]byte, error) {
	c.reads++
	if c.down != nil {
		return nil, c.down
	}
	return c.Store.Pace(ctx, job)
}

func (c *countingStore) SavePace(ctx context.Context, job string, was, now []byte) error {
	c.saves++
	return c.Store.SavePace(ctx, job, was, now)
}

// inLine has one stage, which is expected to take 20 seconds and takes as long as
// it is set to, of a job whose records are put into the store.
type inLine struct {
	t     *testing.T
	store *countingStore
	takes time.Duration
	n     int
}

func (l *inLine) service(withJob bool) *async.Service {
	c := async.Config{Store: l.store, Retention: 90 * 24 * time.Hour}
	if withJob {
		c.Job = async.Job[struct{}, async.None]{
			Name: "line", Done: async.End{Outcome: "Done", Message: "It is done."},
			Stages: []async.Stage[struct{}, async.None]{{
				Name: "Work", Message: "It is at work.", Expected: 20 * time.Second,
				Do: func(ctx context.Context, _ *async.Run[struct{}, async.None]) (async.Outcome, error) {
					return async.Continue, async.Sleep(ctx, l.takes)
				},
			}},
		}
	}
	s, err := async.New(c)
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

// put stores a record whose stage has just begun and returns its id.
func (l *inLine) put() string {
	l.n++
	now := time.Now().UTC()
	r := async.Record{
		ID: async.IDOf(string(rune('a' + l.n))), Job: "line", Created: now, Updated: now,
		State:    async.State{Status: api.NotStarted, CustomStatus: "Received", Message: "It has arrived.", Began: now, Due: now},
		Deadline: now.Add(time.Hour), Expires: now.Add(24 * time.Hour),
	}
	if err := l.store.Create(l.t.Context(), r, []byte(`{}`)); err != nil {
		l.t.Fatal(err)
	}
	return r.ID
}

func (l *inLine) run(s *async.Service) {
	if _, err := s.RunStage(l.t.Context(), "Work", async.ActivityInput{ID: l.put()}); err != nil {
		l.t.Fatal(err)
	}
}

func (l *inLine) retryAfter(s *async.Service) time.Duration {
	v, err := s.Status(l.t.Context(), l.put(), 0)
	if err != nil {
		l.t.Fatal(err)
	}
	return v.RetryAfter
}

func inLineOf(t *testing.T, f func(l *inLine)) {
	synctest.Test(t, func(t *testing.T) {
		f(&inLine{t: t, store: &countingStore{Store: &asynctest.Store{}}, takes: 2 * time.Second})
	})
}

// One process learns and another one, which does not know the job, answers with
// it within two minutes; neither reads or writes more than once a minute for it.
func TestPaceIsShared(t *testing.T) {
	inLineOf(t, func(l *inLine) {
		works, answers := l.service(true), l.service(false)
		for range 60 {
			l.run(works) // two minutes
			l.retryAfter(answers)
		}
		time.Sleep(time.Minute)
		if got := l.retryAfter(answers); got < 2*time.Second || got > 4*time.Second {
			t.Errorf("the stage takes 2 s, Retry-After is %v", got)
		}
		// Two minutes and one: a save begins each, with a read, and polls read as often.
		if l.store.saves > 3 || l.store.reads > 7 {
			t.Errorf("%d saves and %d reads in three minutes", l.store.saves, l.store.reads)
		}
	})
}

// Retry-After is never worth failing for.
func TestPaceMayBeOutOfReach(t *testing.T) {
	inLineOf(t, func(l *inLine) {
		l.store.down = errors.New("down")
		s := l.service(true)
		l.run(s)
		if got := l.retryAfter(s); got < time.Second || got > 5*time.Minute {
			t.Errorf("Retry-After is %v", got)
		}
	})
}

// A process adds to what another one has saved: two ends weigh 1 and 0.99.
func TestPaceAddsUp(t *testing.T) {
	inLineOf(t, func(l *inLine) {
		one, other := l.service(true), l.service(true)
		l.run(one)
		l.run(other)
		if got, err := l.store.Store.Pace(t.Context(), "line"); err != nil || !strings.Contains(string(got), `:1.99}`) {
			t.Errorf("%s, %v", got, err)
		}
	})
}
