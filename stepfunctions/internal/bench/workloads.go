package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// inFlight are the numbers of executions that are under way at a time.
var inFlight = []int{1, 64, 1000}

const function = "arn:aws:lambda:us-east-1:123456789012:function:f"

const chain = `{"StartAt": "A", "States": {
	"A": {"Type": "Task", "Resource": "` + function + `", "Next": "B"},
	"B": {"Type": "Task", "Resource": "` + function + `", "Next": "C"},
	"C": {"Type": "Task", "Resource": "` + function + `", "End": true}}}`

// chains measures executions of three tasks, one after the other.
func chains(ctx context.Context, o options, dir string) error {
	for _, n := range inFlight {
		if err := chainsAt(ctx, o, filepath.Join(dir, fmt.Sprint(n)), n); err != nil {
			return err
		}
	}
	return nil
}

func chainsAt(ctx context.Context, o options, dir string, n int) error {
	w, err := open(ctx, dir, echo)
	if err != nil {
		return err
	}
	defer w.close()
	arn, err := w.machine(ctx, "chain", chain)
	if err != nil {
		return err
	}
	var l latencies
	rate, err := repeat(o.each, n, &l, func() error { return w.complete(ctx, arn, `{"id":"0123456789012345678901234567890123456789"}`) })
	l.row(fmt.Sprintf("chains of 3 tasks, %d in flight", n), rate)
	fmt.Printf("%-40s %9.2f of SQLite's limit, %.1f journal writes each\n", "", rate/limits[n], float64(chainWrites))
	return err
}

// items is how many the measured Map has.
const items = 1000

const mapper = `{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {
	"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "` + function + `", "End": true}}}}}}`

// fanOut measures one Map of many items at a time.
func fanOut(ctx context.Context, o options, dir string) error {
	w, err := open(ctx, dir, echo)
	if err != nil {
		return err
	}
	defer w.close()
	arn, err := w.machine(ctx, "map", mapper)
	if err != nil {
		return err
	}
	input := "[" + strings.Repeat("1,", items-1) + "1]"
	var l latencies
	rate, err := repeat(o.each, 1, &l, func() error { return w.complete(ctx, arn, input) })
	l.row(fmt.Sprintf("maps of %d tasks, 1 in flight", items), rate)
	fmt.Printf("%-40s %9.0f tasks/s\n", "", rate*items)
	return err
}

// latencies collects how long single things took.
type latencies struct {
	mu   sync.Mutex
	all  []time.Duration
	each time.Duration // of the processor
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
	fmt.Printf("%-40s %9.0f /s   p50 %10s   p99 %10s", what, rate, l.quantile(0.5), l.quantile(0.99))
	if l.each > 0 { // it was counted
		fmt.Printf("   processor %8s", l.each.Round(100*time.Nanosecond))
	}
	fmt.Println()
}

// repeat calls fn from so many goroutines until d has passed, and returns how
// many calls a second that were.
func repeat(d time.Duration, goroutines int, l *latencies, fn func() error) (perSecond float64, err error) {
	var wg sync.WaitGroup
	errs := make(chan error, goroutines)
	began, used := time.Now(), processorTime()
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
	l.each = (processorTime() - used) / time.Duration(max(len(l.all), 1))
	select {
	case err = <-errs:
	default:
	}
	return float64(len(l.all)) / took.Seconds(), err
}
