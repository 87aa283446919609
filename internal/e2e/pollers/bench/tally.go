package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// tally is what came of the submissions of one poller.
type tally struct {
	mu           sync.Mutex
	submissions  int
	polls        int
	delay, worst time.Duration // from the recorded end to the poller's return
}

func (t *tally) add(s submission, returned time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	late := returned.Sub(s.ended)
	t.submissions++
	t.polls += s.polls
	t.delay += late
	t.worst = max(t.worst, late)
}

func (t *tally) means() (polls, delay float64) {
	n := float64(t.submissions)
	return float64(t.polls) / n, t.delay.Seconds() * 1000 / n
}

// printTable has a row for each poller, with its ratios to the first.
func printTable(out io.Writer, all []poller, tallies []tally) {
	fmt.Fprintf(out, "%-32s %9s %6s %12s %6s %9s\n", "", "polls", "ratio", "delay, mean", "ratio", "worst")
	firstPolls, firstDelay := tallies[0].means()
	for i, p := range all {
		polls, delay := tallies[i].means()
		fmt.Fprintf(out, "%-32s %9.1f %6.2f %9.0f ms %6.2f %6d ms\n",
			p.name, polls, polls/firstPolls, delay, delay/firstDelay, tallies[i].worst.Milliseconds())
	}
}
