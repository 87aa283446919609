package conformance

import (
	"errors"
	"sync"
	"testing"
)

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
