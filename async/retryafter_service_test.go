package async_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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
	reads, saves atomic.Int32
	down         error
}

func (c *countingStore) Pace(ctx context.Context, job string) ([]byte, error) {
	c.reads.Add(1)
	if c.down != nil {
		return nil, c.down
	}
	return c.Store.Pace(ctx, job)
}

func (c *countingStore) SavePace(ctx context.Context, job string, was, now []byte) error {
	c.saves.Add(1)
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
				Name: "Work", Message: "It is at work.", Expected: 20 * time.Second, Timeout: 14 * time.Minute,
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
		ID: async.IDOf(strconv.Itoa(l.n)), Job: "line", Created: now, Updated: now,
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
		if l.store.saves.Load() > 3 || l.store.reads.Load() > 7 {
			t.Errorf("%d saves and %d reads in three minutes", l.store.saves.Load(), l.store.reads.Load())
		}
	})
}

// Where the Store keeps no Pace the process learns for itself, and its polls may be
// what takes the ends in.
func TestPaceOfAProcess(t *testing.T) {
	inLineOf(t, func(l *inLine) {
		s := l.service(true)
		s.Store = struct{ async.Store }{l.store}
		for range 60 {
			l.run(s) // two minutes
		}
		time.Sleep(time.Minute)
		if got := l.retryAfter(s); got < 2*time.Second || got > 4*time.Second {
			t.Errorf("the stage takes 2 s, Retry-After is %v", got)
		}
		if l.store.reads.Load()+l.store.saves.Load() > 0 {
			t.Error("the Store was asked")
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

// Ends that could not be saved are added a minute later.
func TestPaceIsKeptUntilTheStoreIsBack(t *testing.T) {
	inLineOf(t, func(l *inLine) {
		s := l.service(true)
		l.store.down = errors.New("down")
		for range 20 {
			l.run(s)
		}
		time.Sleep(paceInterval)
		l.retryAfter(s) // asks the Store
		l.store.down = nil
		time.Sleep(paceInterval)
		if got := l.retryAfter(s); got < 2*time.Second || got > 4*time.Second {
			t.Errorf("the stage takes 2 s, Retry-After is %v", got)
		}
	})
}

// paceInterval is how often a process asks the Store.
const paceInterval = time.Minute

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

// A busy stage becomes ten times slower, or faster: three minutes after its first
// new end a client polls a few times and is hardly late, at a process that only
// answers.
func TestAnotherPaceIsLearnedWithinMinutes(t *testing.T) {
	for name, takes := range map[string]time.Duration{"slower": 10 * time.Minute, "faster": 6 * time.Second} {
		t.Run(name, func(t *testing.T) {
			inLineOf(t, func(l *inLine) {
				t := l.t
				var all sync.WaitGroup
				start := func(s *async.Service) (id string) {
					id = l.put()
					all.Go(func() {
						if _, err := s.RunStage(t.Context(), "Work", async.ActivityInput{ID: id}); err != nil {
							t.Error(err)
						}
					})
					return id
				}
				busy := func(s *async.Service, d time.Duration) { // one begins every five seconds
					for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(5 * time.Second) {
						start(s)
					}
				}
				l.takes = time.Minute
				busy(l.service(true), 10*time.Minute)
				now := &inLine{t: t, store: l.store, takes: takes}
				works, answers := now.service(true), l.service(false)
				busy(works, takes+3*time.Minute)
				id, began, polls := start(works), time.Now(), 0
				for {
					v, err := answers.Status(t.Context(), id, 0)
					if err != nil {
						t.Fatal(err)
					}
					if v.Status.Terminal() {
						break
					}
					polls++
					time.Sleep(v.RetryAfter)
				}
				if late := time.Since(began) - takes; polls > 7 || late > takes/4+2*time.Second {
					t.Errorf("%v instead of a minute: %d polls, %v late", takes, polls, late)
				}
				all.Wait()
			})
		})
	}
}

// A stage that fails its submission is learned as well: its clients wait for that end.
func TestFailuresAreLearned(t *testing.T) {
	inLineOf(t, func(l *inLine) {
		t := l.t
		works, answers := l.service(true), l.service(false)
		for range 60 {
			r, err := l.store.Advance(t.Context(), l.put(), async.Change{
				State:   &async.State{Status: api.Running, CustomStatus: "Work", Message: "It is at work.", Rank: 1, Began: time.Now().UTC()},
				Updated: time.Now().UTC(),
			})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(3 * time.Second)
			in := async.ActivityInput{ID: r.ID, Error: async.Unavailable}
			var failed *async.ActivityError
			if err := works.RecordFailure(t.Context(), in); !errors.As(err, &failed) || failed.Name != async.Failed {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		if got := l.retryAfter(answers); got < 3*time.Second || got > 5*time.Second {
			t.Errorf("the stage takes 3 s until it fails, Retry-After is %v", got)
		}
	})
}
