package apigateway_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/functions"
)

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// A poll is one read, and a record is there before its 202 leaves.
func TestPollIsOneRead(t *testing.T) { inBubble(t, testPollIsOneRead) }

func testPollIsOneRead(t *testing.T) {
	w := newFixture(t, nil)
	id := w.do(post(presentation)).id(t)
	w.faults.Calls()
	if r := w.do(get(api.StatusPath + id)); r.StatusCode != 202 || r.id(t) != id {
		t.Errorf("%d %s", r.StatusCode, r.text)
	}
	if calls := w.faults.Calls(); len(calls) != 1 || calls[0] != "Store.Get" {
		t.Errorf("calls %v", calls)
	}
	w.do(get(api.StatusPath + "not-an-id"))
	if calls := w.faults.Calls(); len(calls) != 0 {
		t.Errorf("a malformed id cost %v", calls)
	}
}

func TestLocationLeadsToTheStatus(t *testing.T) { inBubble(t, testLocationLeadsToTheStatus) }

func testLocationLeadsToTheStatus(t *testing.T) {
	w := newFixture(t, func(c *functions.Config, _ *apigateway.Config) { c.BaseURL = "" })
	r := w.do(to("/api/submit?failureStatus=409", post(presentation)))
	want := "https://gateway.example" + api.StatusPath + r.id(t) + "?failureStatus=409"
	if got := r.Header.Get("Location"); got != want {
		t.Fatalf("Location %q, want %q", got, want)
	}
	w.move(r.id(t), failed)
	if r := w.do(get(strings.TrimPrefix(want, "https://gateway.example"))); r.StatusCode != http.StatusConflict {
		t.Errorf("status %d", r.StatusCode)
	}
}

func TestETag(t *testing.T) { inBubble(t, testETag) }

func testETag(t *testing.T) {
	w := newFixture(t, nil)
	path := w.put(moderation, 0)
	first := w.do(get(path))
	tag := first.Header.Get("ETag")
	if len(tag) < 10 || tag[0] != '"' {
		t.Fatalf("ETag %q", tag)
	}
	for _, field := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
		r := w.do(get(path, "If-None-Match", field))
		if r.StatusCode != http.StatusNotModified || r.text != "" || r.Header.Get("ETag") != tag {
			t.Errorf("%s: %d %q", field, r.StatusCode, r.text)
		}
		compare(t, "etag-not-modified", r)
	}
	if r := w.do(get(path, "If-None-Match", `"other"`)); r.StatusCode != 202 {
		t.Errorf("another tag: %d", r.StatusCode)
	}
	w.move(path[len(api.StatusPath):], failed)
	if r := w.do(get(path, "If-None-Match", tag)); r.StatusCode != 200 || r.Header.Get("ETag") == tag {
		t.Errorf("changed: %d", r.StatusCode)
	}
	failedTag := w.do(get(path)).Header.Get("ETag")
	if r := w.do(get(path+"?failureStatus=409", "If-None-Match", failedTag)); r.StatusCode != 409 {
		t.Errorf("a failure is no success that could be unmodified: %d", r.StatusCode)
	}
}

func TestWait(t *testing.T) {
	tests := []struct {
		name, prefer, applied string
		status                int
		took                  time.Duration
	}{
		{"finishes", "wait=20", "wait=20", 200, 4 * time.Second},
		{"runs out", "wait=2", "wait=2", 202, 2 * time.Second},
		{"asks too much", "wait=9999", "wait=25", 200, 4 * time.Second},
		{"asks nothing", "wait=0", "", 202, 0},
		{"is malformed", "wait=x", "", 202, 0},
	}
	for _, tt := range tests {
		for _, submit := range []bool{true, false} {
			runInBubble(t, tt.name, func(t *testing.T) {
				w := newFixture(t, nil)
				ask := post(presentation, "Prefer", tt.prefer)
				if !submit {
					ask = get(w.put(received, 0), "Prefer", tt.prefer)
				}
				defer time.Sleep(5 * time.Second) // until the end is there, whoever waits for it
				go func() {
					time.Sleep(4 * time.Second)
					w.move(w.store.IDs()[0], approved)
				}()
				r := w.do(ask)
				checkResponse(t, r)
				if r.StatusCode != tt.status || r.Header.Get("Preference-Applied") != tt.applied {
					t.Errorf("%d, Preference-Applied %q", r.StatusCode, r.Header.Get("Preference-Applied"))
				}
				if took := time.Since(start); took < tt.took || took > tt.took+time.Second {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if located := r.Header.Get("Location") != ""; located != (submit || tt.status == 202) {
					t.Errorf("Location %q", r.Header.Get("Location"))
				}
			})
		}
	}
}

func TestWaitIsASetting(t *testing.T) { inBubble(t, testWaitIsASetting) }

func testWaitIsASetting(t *testing.T) {
	w := newFixture(t, func(c *functions.Config, _ *apigateway.Config) { c.MaxWait = 0 })
	r := w.do(get(w.put(received, 0), "Prefer", "wait=20"))
	if r.Header.Get("Preference-Applied") != "" || !time.Now().Equal(start) {
		t.Errorf("waited, with Preference-Applied %q", r.Header.Get("Preference-Applied"))
	}
}

// Retry-After follows what a stage is expected to take, and when it began.
func TestRetryAfter(t *testing.T) { inBubble(t, testRetryAfter) }

func testRetryAfter(t *testing.T) {
	tests := []struct {
		custom      string
		age         time.Duration
		least, most int // seconds
	}{
		{"Moderation", 0, 20, 23},
		{"Moderation", 12500 * time.Millisecond, 8, 10},
		{"Moderation", 20 * time.Second, 1, 7},
		{"Moderation", 10 * time.Minute, 60, 300},
		{"Shortlisting", 0, 15, 18},
		{"Selection", 0, 4, 12}, // half the time, or what is expected
	}
	for _, tt := range tests {
		w := newFixture(t, nil)
		state := moderation
		state.CustomStatus = tt.custom
		got, err := strconv.Atoi(w.do(get(w.put(state, tt.age))).Header.Get("Retry-After"))
		if err != nil || got < tt.least || got > tt.most {
			t.Errorf("%s after %v: %d (%v), want %d to %d", tt.custom, tt.age, got, err, tt.least, tt.most)
		}
	}
}

// A record that outlived its execution is asked about, once.
func TestOverdue(t *testing.T) {
	tests := []struct {
		name    string
		outcome async.Execution
		status  int
		want    api.Status
		code    string
	}{
		{"timed out", async.Execution{Status: api.Failed, TimedOut: true}, 200, api.Failed, api.CodeTimedOut},
		{"broke off", async.Execution{Status: api.Failed}, 200, api.Failed, api.CodeProcessFailed},
		{"given up", async.Execution{Status: api.Canceled}, 200, api.Canceled, ""},
		{"ended without a result", async.Execution{Status: api.Succeeded}, 200, api.Failed, api.CodeProcessLost},
		{"vanished", async.Execution{}, 200, api.Failed, api.CodeProcessLost},
		{"still runs", async.Execution{Status: api.Running}, 202, api.Running, ""},
		{"was redriven", async.Execution{Status: api.Running, Redrive: 1}, 202, api.Running, ""},
	}
	for _, tt := range tests {
		runInBubble(t, tt.name, func(t *testing.T) {
			w := newFixture(t, nil)
			path := w.put(moderation, 2*time.Hour)
			if tt.outcome.Status != "" {
				w.workflows.Set(path[len(api.StatusPath):], tt.outcome)
			}
			r := w.do(get(path))
			checkResponse(t, r)
			s := r.submission(t)
			if r.StatusCode != tt.status || s.Status != tt.want || s.CustomStatus != "Moderation" ||
				s.Error != nil && s.Error.Code != tt.code || (s.Error == nil) != (tt.code == "") {
				t.Errorf("%d %s", r.StatusCode, r.text)
			}
			again := w.do(get(path))
			if again.text != r.text || w.workflows.Asked() != 1 {
				t.Errorf("asked %d times; then %s", w.workflows.Asked(), again.text)
			}
		})
	}
}
