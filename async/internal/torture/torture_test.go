package torture

import (
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// TORTURE_CYCLES is how often the server is killed, TORTURE_SUBMISSIONS how
// many submissions are thrown at it each time.
func setting(t *testing.T, name string, short int) int {
	t.Helper()
	given := os.Getenv(name)
	if given == "" {
		return short
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is not a number of at least 1", name, given)
	}
	return n
}

func TestKilledAgainAndAgain(t *testing.T) {
	cycles, count := setting(t, "TORTURE_CYCLES", 3), setting(t, "TORTURE_SUBMISSIONS", 150)
	w, l := newHarness(t), &ledger{}
	for range cycles {
		w.start()
		w.stormAnd(l, count, func() {})
	}
	w.start()
	acceptTheRest(t, w, l)
	finishAll(t, w, l)
	w.stop()
	w.start()
	pollAll(t, w, l) // what has ended stays as it was, restarts or not
	w.stop()
	checkRecords(t, w, l)
	report(t, l, cycles)
}

// stormAnd lets the traffic run for a random while, calls meanwhile with it
// going on, then kills.
func (w *harness) stormAnd(l *ledger, count int, meanwhile func()) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	stormed := make(chan error)
	go func() { stormed <- newTraffic(w.url, l).storm(ctx, count) }()
	time.Sleep(time.Duration(20+rand.IntN(700)) * time.Millisecond)
	meanwhile()
	w.cmd.Process.Kill()
	cancel()
	if err := <-stormed; err != nil {
		w.t.Fatal(err)
	}
	w.kill()
}

// acceptTheRest sends what was never answered until all of it is accepted.
func acceptTheRest(t *testing.T, w *harness, l *ledger) {
	t.Helper()
	tr := newTraffic(w.url, l)
	eventually(t, "accepting the rest", func() bool {
		for _, e := range l.unanswered() {
			if err := tr.submit(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		return len(l.unanswered()) == 0
	})
}

func finishAll(t *testing.T, w *harness, l *ledger) {
	t.Helper()
	tr := newTraffic(w.url, l)
	eventually(t, "finishing", func() bool {
		for _, e := range l.open() {
			if err := tr.poll(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		return len(l.open()) == 0
	})
}

func pollAll(t *testing.T, w *harness, l *ledger) {
	t.Helper()
	tr := newTraffic(w.url, l)
	for _, e := range l.all() {
		if err := tr.poll(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

// eventually repeats done until it is, for two minutes at most.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come to an end", what)
		}
	}
}

func report(t *testing.T, l *ledger, cycles int) {
	outcomes := map[string]int{}
	for _, e := range l.all() {
		outcomes[e.last.CustomStatus]++
	}
	t.Logf("%d kills, %d submissions, %d of them sent again, %d polls: %v",
		cycles, len(l.all()), l.repeated, l.polls, maps.Collect(maps.All(outcomes)))
}
