package main

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// latencies collects how long single things took.
type latencies struct {
	mu  sync.Mutex
	all []time.Duration
}

func (l *latencies) add(took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, took)
}

func (l *latencies) quantile(q float64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.all) == 0 {
		return 0
	}
	slices.Sort(l.all)
	return l.all[min(int(q*float64(len(l.all))), len(l.all)-1)].Round(time.Microsecond)
}

// row prints how many a second there were, and how long they took.
func (l *latencies) row(what string, rate float64) {
	fmt.Printf("%-40s %9.0f /s   p50 %10s   p99 %10s\n", what, rate, l.quantile(0.5), l.quantile(0.99))
}

// repeat calls fn from so many goroutines until d has passed, and gives how
// many calls a second that were.
func repeat(d time.Duration, goroutines int, l *latencies, fn func() error) (perSecond float64, err error) {
	var wg sync.WaitGroup
	errs := make(chan error, goroutines)
	began := time.Now()
	for range goroutines {
		wg.Go(func() {
			for time.Since(began) < d {
				start := time.Now()
				if err := fn(); err != nil {
					errs <- err
					return
				}
				l.add(time.Since(start))
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	select {
	case err = <-errs:
	default:
	}
	return float64(len(l.all)) / took.Seconds(), err
}
