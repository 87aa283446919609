package awsharness

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// number is that of an environment variable, by which make load-aws asks for more.
func number(t *testing.T, name string, usual int) int {
	t.Helper()
	if os.Getenv(name) == "" {
		return usual
	}
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is not a number above 0", name, os.Getenv(name))
	}
	return n
}

// limit makes Lambda's Invoke API refuse more than so many calls at a time.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
func (w *harness) limit(calls int) (refused *atomic.Int64) {
	all, free := w.invoke.Handler, make(chan struct{}, calls)
	refused = &atomic.Int64{}
	w.invoke.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		select {
		case free <- struct{}{}:
			defer func() { <-free }()
			all.ServeHTTP(rw, r)
		default:
			refused.Add(1)
			rw.Header().Set("Content-Type", "application/json")
			rw.Header().Set("X-Amzn-Errortype", "TooManyRequestsException")
			rw.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(rw, `{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}`)
		}
	})
	return refused
}

// submitPatiently submits until it is accepted, as often as Retry-After asks for,
// and returns the id.
func (w *harness) submitPatiently(t *testing.T, number int) (id string, again int, err error) {
	for ; ; again++ {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+api.SubmitPath, strings.NewReader(talk))
		if err != nil {
			return "", again, err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", fmt.Sprintf("talk-of-the-load-%d", number))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return "", again, err
		}
		resp.Body.Close()
		after, wrong := strconv.Atoi(resp.Header.Get("Retry-After"))
		switch {
		case resp.StatusCode == http.StatusAccepted, resp.StatusCode == http.StatusOK && again > 0: // it has ended meanwhile
			return filepath.Base(resp.Header.Get("Location")), again, nil
		case !slices.Contains([]int{http.StatusTooManyRequests, http.StatusConflict, http.StatusServiceUnavailable}, resp.StatusCode), // 503: this machine is busy
			wrong != nil, after < 1, after > 300:
			return "", again, fmt.Errorf("submit: %s, Retry-After %q", resp.Status, resp.Header.Get("Retry-After"))
		}
		if err := async.Sleep(t.Context(), time.Duration(after)*time.Second); err != nil {
			return "", again, err
		}
	}
}

// DynamoDB refuses every call for a while, of all functions alike, as the service
// does over its wire: what was accepted goes on afterwards, what was refused is
// accepted, and all of it succeeds.
func TestDynamoDBThrottles(t *testing.T) {
	w := newHarness(t, "approve")
	submissions, pause := number(t, "LOAD_SUBMISSIONS", 16), time.Duration(number(t, "LOAD_THROTTLED", 5))*time.Second
	refused := w.limit(number(t, "LOAD_LIMIT", 4))
	began := time.Now()
	var ids []string
	var mu sync.Mutex
	var again, next atomic.Int64
	submit := func(to int) {
		var all sync.WaitGroup
		for range min(8, submissions) {
			all.Go(func() {
				for i := int(next.Add(1)); i <= to; i = int(next.Add(1)) {
					id, repeated, err := w.submitPatiently(t, i)
					if err != nil {
						t.Error(err)
						return
					}
					again.Add(int64(repeated))
					mu.Lock()
					ids = append(ids, id)
					mu.Unlock()
				}
			})
		}
		all.Wait()
	}
	submit(submissions / 2)
	next.Store(int64(submissions / 2))
	w.dynamodb.throttles.Store(true)
	over := time.AfterFunc(pause, func() { w.dynamodb.throttles.Store(false) })
	defer over.Stop()
	submit(submissions)
	if t.Failed() {
		t.Fatalf("%s", w.logs)
	}
	ends := map[api.Status]int{}
	for _, id := range ids {
		ends[w.awaitStatus(t, id).Status]++
	}
	if ends[api.Succeeded] != submissions || w.dynamodb.refused.Load() == 0 || again.Load() == 0 {
		t.Errorf("%d submissions: %v; %d calls of DynamoDB refused, %d submits repeated\n%s", submissions, ends, w.dynamodb.refused.Load(), again.Load(), w.logs)
	}
	t.Logf("%d submissions, DynamoDB throttled for %v: %v after %v; %d of its calls refused, %d submits repeated, %d invocations refused",
		submissions, pause, ends, time.Since(began).Round(time.Second), w.dynamodb.refused.Load(), again.Load(), refused.Load())
}

// awaitStatus reads a status until it is the last.
func (w *harness) awaitStatus(t *testing.T, id string) (s api.Submission) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		resp, body := w.request(t, http.MethodGet, w.url+api.StatusPath+id, "")
		if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable {
			continue
		}
		if err := json.Unmarshal([]byte(body), &s); err != nil {
			t.Fatalf("%d %s", resp.StatusCode, body)
		}
		if s.Status.Terminal() {
			return s
		}
	}
	t.Fatalf("%s does not end\n%s", id, w.logs)
	return s
}

// Of many that poll an overdue submission at once one asks Step Functions.
func TestOneReaderAsksStepFunctions(t *testing.T) {
	w := newHarnessAtSpeed(t, "approve", "1") // stages last longer than the test
	s, err := w.client(t, 0).Submit(t.Context(), json.RawMessage(talk))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.logs)
	}
	for deadline := time.Now().Add(time.Minute); s.Status != api.Running && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if s, err = w.client(t, 0).Status(t.Context(), s.ID); err != nil {
			t.Fatal(err)
		}
	}
	w.outlive(t, s.ID) // a stage that begins moves the deadline
	var all sync.WaitGroup
	for range number(t, "LOAD_POLLS", 12) { // each an instance of its own
		all.Go(func() {
			resp, err := http.Get(w.url + api.StatusPath + s.ID)
			if err != nil {
				t.Error(err)
				return
			}
			if resp.Body.Close(); resp.StatusCode != http.StatusAccepted {
				t.Errorf("%s", resp.Status)
			}
		})
	}
	all.Wait()
	if asked := w.states.count("DescribeExecution"); asked != 1 {
		t.Errorf("DescribeExecution was called %d times", asked)
	}
}
