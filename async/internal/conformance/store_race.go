package conformance

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

func decisionRaces(t *testing.T, s async.Store) {
	r := created(t, s)
	shown := make(chan string, racers)
	won := race(t, func(i int) (bool, error) {
		got, err := s.Advance(t.Context(), r.ID, async.Change{Stage: "selection", Decision: fmt.Sprint(i)})
		shown <- got.Decisions["selection"]
		return wins(err, async.ErrStale)
	})
	close(shown)
	for decision := range shown {
		if decision != fmt.Sprint(won) {
			t.Errorf("a racer was shown decision %s, but %d was recorded", decision, won)
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
