package main

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// latencies collects how long single requests took.
type latencies struct {
	mu  sync.Mutex
	all []time.Duration
}

func (l *latencies) time(fn func() error) error {
	began := time.Now()
	err := fn()
	l.add(time.Since(began))
	return err
}

func (l *latencies) add(took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, took)
}

func (l *latencies) quantile(q float64) time.Duration {
	if len(l.all) == 0 {
		return 0
	}
	slices.Sort(l.all)
	return l.all[min(int(q*float64(len(l.all))), len(l.all)-1)]
}

// row prints a throughput figure: what, how many a second, and the quantiles.
func (l *latencies) row(what string, count int, took time.Duration) {
	fmt.Printf("%-34s %9.0f /s   p50 %8s   p99 %8s\n", what, float64(count)/took.Seconds(),
		l.quantile(0.5).Round(10*time.Microsecond), l.quantile(0.99).Round(10*time.Microsecond))
}
