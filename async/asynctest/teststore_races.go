package asynctest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// advanceRaces: each rank is won once, and every loser is shown the winner's.
func advanceRaces(t *testing.T, s async.Store) {
	r := created(t, s)
	for rank := 1; rank <= 4; rank++ {
		message := func(i int) string { return fmt.Sprintf("racer %d at %d", i, rank) }
		lost := make(chan async.Record, racers)
		won := race(t, func(i int) (bool, error) {
			c := moved(r, rank)
			c.State.Message = message(i)
			got, err := s.Advance(t.Context(), r.ID, c)
			if errors.Is(err, async.ErrStale) {
				lost <- got
			}
			return wins(err, async.ErrStale)
		})
		close(lost)
		for got := range lost {
			if got.Message != message(won) {
				t.Errorf("a loser was shown %q, but %q won", got.Message, message(won))
			}
		}
		if got := get(t, s, r.ID); got.Message != message(won) || got.Rank != rank {
			t.Errorf("stored is %q at rank %d, but %q won", got.Message, got.Rank, message(won))
		}
	}
}

func terminalRaces(t *testing.T, s async.Store) {
	r := created(t, s)
	ends := []api.Status{api.Succeeded, api.Failed, api.Canceled}
	won := race(t, func(i int) (bool, error) {
		c := ended(r, ends[i%len(ends)])
		c.State.Rank += i
		_, err := s.Advance(t.Context(), r.ID, c)
		return wins(err, async.ErrStale)
	})
	if got := get(t, s, r.ID); got.Status != ends[won%len(ends)] || got.Rank != 100+won {
		t.Errorf("stored is %s at %d, but racer %d won", got.Status, got.Rank, won)
	}
}

func outcomeRaces(t *testing.T, s async.Store) {
	r := created(t, s)
	shown := make(chan async.Outcome, racers)
	won := race(t, func(i int) (bool, error) {
		got, err := s.Advance(t.Context(), r.ID, async.Change{Stage: "selection", Outcome: async.Outcome(fmt.Sprint(i))})
		shown <- got.Outcomes["selection"]
		return wins(err, async.ErrStale)
	})
	close(shown)
	for outcome := range shown {
		if outcome != async.Outcome(fmt.Sprint(won)) {
			t.Errorf("a racer was shown outcome %s, but %d was recorded", outcome, won)
		}
	}
}

func overdueRaces(t *testing.T, s async.Store) {
	r := created(t, s)
	won := race(t, func(i int) (bool, error) {
		c := async.Change{Overdue: r.Deadline, Deadline: r.Deadline.Add(time.Duration(i+1) * time.Hour)}
		_, err := s.Advance(t.Context(), r.ID, c)
		return wins(err, async.ErrStale)
	})
	wantTime(t, "Deadline", get(t, s, r.ID).Deadline, r.Deadline.Add(time.Duration(won+1)*time.Hour))
}

// cancelRacesOutcomes: what is recorded was recorded before the end.
func cancelRacesOutcomes(t *testing.T, s async.Store) {
	for range 8 {
		r := created(t, s)
		recorded := make(chan async.Record, 1)
		go func() {
			got, err := s.Advance(t.Context(), r.ID, async.Change{Stage: "packing"})
			if _, err := wins(err, async.ErrStale); err != nil {
				t.Errorf("advance: %v", err)
			}
			recorded <- got
		}()
		end := mustAdvance(t, s, r.ID, ended(r, api.Canceled))
		<-recorded
		if got := get(t, s, r.ID); len(got.Outcomes) != len(end.Outcomes) {
			t.Errorf("outcomes are %v, but were %v when the record ended", got.Outcomes, end.Outcomes)
		}
	}
}

// readersSeeNoStepBack: writers come in any order, readers only see forward.
func readersSeeNoStepBack(t *testing.T, s async.Store) {
	r := created(t, s)
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		readers.Go(func() { readForward(t, s, r.ID, stop) })
	}
	for i := range racers {
		writers.Go(func() {
			_, err := s.Advance(t.Context(), r.ID, moved(r, 1+i*7%racers))
			if err != nil && !errors.Is(err, async.ErrStale) {
				t.Errorf("advance: %v", err)
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
	if got := get(t, s, r.ID); got.Rank != racers {
		t.Errorf("rank is %d in the end, want %d", got.Rank, racers)
	}
}

func readForward(t *testing.T, s async.Store, id string, stop <-chan struct{}) {
	for last := 0; ; {
		got, err := s.Get(t.Context(), id)
		if err != nil || got.Rank < last {
			t.Errorf("read rank %d after %d: %v", got.Rank, last, err)
			return
		}
		last = got.Rank
		select {
		case <-stop:
			return
		default:
		}
	}
}

// settleRacesTakeover: whichever comes first, what is settled stays settled.
func settleRacesTakeover(t *testing.T, s async.Store) {
	for range racers {
		r := reserved(t, s)
		settled := make(chan error)
		go func() { settled <- s.Settle(t.Context(), r.Key, r.ID) }()
		if _, _, err := s.Reserve(t.Context(), again(r, 2*time.Minute)); err != nil {
			t.Errorf("reserve: %v", err)
		}
		wantErr(t, <-settled, nil)
		got, mine, err := s.Reserve(t.Context(), again(r, 3*time.Minute+time.Second))
		wantErr(t, err, nil)
		if mine || !got.Settled {
			t.Fatalf("settled, and then taken over: %+v", got)
		}
	}
}

const racers = 16

// race lets many goroutines try at once and fails unless exactly one wins; it
// returns which.
func race(t *testing.T, try func(i int) (won bool, err error)) int {
	t.Helper()
	var (
		start   = make(chan struct{})
		done    sync.WaitGroup
		winners = make(chan int, racers)
	)
	for i := range racers {
		done.Go(func() {
			<-start
			won, err := try(i)
			if err != nil {
				t.Errorf("racer %d: %v", i, err)
			}
			if won {
				winners <- i
			}
		})
	}
	close(start)
	done.Wait()
	close(winners)
	if len(winners) != 1 {
		t.Fatalf("%d of %d racers won, want one", len(winners), racers)
	}
	return <-winners
}

// wins turns the answer to a racer's write into a result: nil wins, lost loses,
// and anything else is an error.
func wins(err, lost error) (bool, error) {
	if errors.Is(err, lost) {
		return false, nil
	}
	return err == nil, err
}
