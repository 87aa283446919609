package load

import (
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/stepfunctions"
)

// load is what a service has to bear. LOAD_SUBMISSIONS, LOAD_LIMIT, LOAD_WORK and
// LOAD_SPEED choose it.
type load struct {
	submissions int
	// limit is how many functions run at a time.
	limit int
	// work is how long each of the three stages of a submission takes.
	work time.Duration
	// speed is how much faster than the machine's the engine's time passes.
	speed float64
}

func loadOf(t *testing.T) load {
	t.Helper()
	number := func(name string, usual float64) float64 {
		given := os.Getenv(name)
		if given == "" {
			return usual
		}
		n, err := strconv.ParseFloat(given, 64)
		if err != nil || n <= 0 {
			t.Fatalf("%s=%q is not a number above 0", name, given)
		}
		return n
	}
	return load{
		submissions: int(number("LOAD_SUBMISSIONS", 100)), limit: int(number("LOAD_LIMIT", 1)),
		work: time.Duration(number("LOAD_WORK", 1) * float64(time.Second)), speed: number("LOAD_SPEED", 100),
	}
}

// A hundred times as many submissions as functions may run at a time.
func TestSubmissionsBeyondCapacity(t *testing.T) {
	t.Parallel()
	w := newFixture(t, loadOf(t))
	w.bear(t, w.submitAll(t))
}

// The store refuses every call for two minutes, of requests and of activities alike.
func TestStoreThrottlesForMinutes(t *testing.T) {
	t.Parallel()
	const pause = 2 * time.Minute
	w := newFixture(t, loadOf(t))
	half := w.load
	half.submissions /= 2
	paths := w.submitSome(t, 0, half.submissions)
	for _, op := range []string{"Get", "Input", "Advance", "Create", "Reserve", "Settle", "Release", "Discard"} {
		w.faults.Always("Store."+op, asynctest.Throttle)
	}
	w.clock.AfterFunc(pause, w.faults.Clear)
	w.bear(t, append(paths, w.submitSome(t, half.submissions, w.submissions)...))
}

func (w *fixture) submitAll(t *testing.T) []string { return w.submitSome(t, 0, w.submissions) }

// submitSome submits with so many clients at once that the submissions meet in
// the engine, and returns the paths of their statuses.
func (w *fixture) submitSome(t *testing.T, from, to int) []string {
	t.Helper()
	began := time.Now()
	var all sync.WaitGroup
	var next, repeated atomic.Int64
	next.Store(int64(from))
	paths := make([]string, to-from)
	for range 64 {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < to; i = int(next.Add(1)) - 1 {
				path, again, err := w.submit(t.Context(), i)
				if err != nil {
					t.Error(err)
					return
				}
				repeated.Add(int64(again))
				paths[i-from] = path
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	t.Logf("%d submitted in %v, %d requests repeated", to-from, time.Since(began).Round(time.Millisecond), repeated.Load())
	return paths
}

// bear waits for the end of all, and wants each to be Succeeded.
func (w *fixture) bear(t *testing.T, paths []string) {
	t.Helper()
	ends := map[stepfunctions.Status]int{}
	for range paths {
		select {
		case status := <-w.ended:
			ends[status]++
		case <-t.Context().Done():
			t.Fatal("interrupted")
		}
	}
	took := w.clock.Now().Sub(w.clock.began)
	statuses := map[api.Status]int{}
	for _, path := range paths {
		resp, err := http.Get(w.api + path)
		if err != nil {
			t.Fatal(err)
		}
		var s api.Submission
		err = json.NewDecoder(resp.Body).Decode(&s)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		statuses[s.Status]++
	}
	if statuses[api.Succeeded] != w.submissions || ends[stepfunctions.Succeeded] != w.submissions {
		t.Errorf("of %d submissions: %v; executions: %v", w.submissions, statuses, ends)
	}
	a := w.account
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.most > w.limit || a.throttled == 0 {
		t.Errorf("%d functions ran at a time, limit %d; %d calls refused", a.most, w.limit, a.throttled)
	}
	repeated := a.calls - 3*w.submissions
	t.Logf("%d submissions of 3 x %v, %d functions at a time, speed %v: %v after %v; %d calls, %d of them throttled, failed %v; %d transitions instead of %d (%+d %%)",
		w.submissions, w.work, w.limit, w.speed, statuses, took.Round(time.Second), a.calls, a.throttled, a.failed,
		4*w.submissions+repeated, 4*w.submissions, 100*repeated/(4*w.submissions))
}
