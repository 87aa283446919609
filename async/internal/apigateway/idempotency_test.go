package apigateway_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

func TestKeyRepeated(t *testing.T) { inBubble(t, testKeyRepeated) }

func testKeyRepeated(t *testing.T) {
	w := newFixture(t, nil)
	first := w.do(post(presentation, "Idempotency-Key", `"the-first-of-these-keys"`))
	id := first.id(t)
	same := strings.Replace(presentation, `"title":"Notes",`, ``, 1)
	same = strings.Replace(same, "{", `{ "Title" : "Notes", `, 1)
	for name, r := range map[string]request{
		"again":          post(presentation, "Idempotency-Key", `"the-first-of-these-keys"`),
		"bare":           post(presentation, "Idempotency-Key", "the-first-of-these-keys"),
		"other spelling": beyond(post(same, "Idempotency-Key", `"the-first-of-these-keys"`)),
	} {
		if again := w.do(r); again.StatusCode != 202 || again.id(t) != id {
			t.Errorf("%s: %d %s", name, again.StatusCode, again.text)
		}
	}
	if other := w.do(post(presentation, "Idempotency-Key", `"the-second-of-these-keys"`)); other.id(t) == id {
		t.Error("another key gave the same submission")
	}
	if n := len(w.workflows.Inputs()); n != 2 {
		t.Errorf("%d executions, want 2", n)
	}
	w.move(id, approved)
	done := w.do(post(presentation, "Idempotency-Key", `"the-first-of-these-keys"`))
	compare(t, "key-repeated-when-done", done)
	reused := w.do(post(strings.Replace(presentation, "Notes", "Other", 1), "Idempotency-Key", `"the-first-of-these-keys"`))
	if reused.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("reused: %d", reused.StatusCode)
	}
	compare(t, "key-reused", reused)
}

func TestKeyOutlivesItsSubmission(t *testing.T) { inBubble(t, testKeyOutlivesItsSubmission) }

func testKeyOutlivesItsSubmission(t *testing.T) {
	w := newFixture(t, nil)
	submit := post(presentation, "Idempotency-Key", "a-key-with-entropy")
	id := w.do(submit).id(t)
	if err := w.store.Discard(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if r := w.do(submit); r.StatusCode != http.StatusGone {
		t.Errorf("%d %s", r.StatusCode, r.text)
	}
}

// While the first request is at work, its key belongs to it.
func TestKeyInUse(t *testing.T) { inBubble(t, testKeyInUse) }

func testKeyInUse(t *testing.T) {
	w := newFixture(t, nil)
	entered, leave := make(chan struct{}), make(chan struct{})
	w.faults.Once("Store.Create", func(ctx context.Context, call func(context.Context) error) error {
		close(entered)
		<-leave
		return call(ctx)
	})
	submit := post(presentation, "Idempotency-Key", "a-key-with-entropy")
	first := make(chan response, 1)
	go func() { first <- w.do(submit) }()
	select {
	case <-entered:
	case r := <-first:
		t.Fatalf("first: %d %s", r.StatusCode, r.text)
	}
	second := w.do(submit)
	compare(t, "key-in-use", second)
	if second.StatusCode != http.StatusConflict || second.Header.Get("Retry-After") == "" {
		t.Errorf("second: %d", second.StatusCode)
	}
	other := w.do(post(strings.Replace(presentation, "Notes", "Other", 1), "Idempotency-Key", "a-key-with-entropy"))
	if other.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("other payload: %d", other.StatusCode)
	}
	close(leave)
	r := <-first
	if r.StatusCode != http.StatusAccepted {
		t.Fatalf("first: %d %s", r.StatusCode, r.text)
	}
	w.checkAccepted(submit, r.id(t))
}

// A request that died without a trace is completed once its lease is over.
func TestKeyAbandoned(t *testing.T) { inBubble(t, testKeyAbandoned) }

func testKeyAbandoned(t *testing.T) {
	w := newFixture(t, nil)
	var id string
	w.faults.Once("Workflows.Start", func(context.Context, func(context.Context) error) error {
		id = w.store.IDs()[0]
		panic("the process dies here: ada@example.org")
	})
	submit := post(presentation, "Idempotency-Key", "a-key-with-entropy")
	r := w.do(submit)
	if r.StatusCode != http.StatusInternalServerError {
		t.Errorf("died: %d", r.StatusCode)
	}
	compare(t, "panic", r)
	for _, step := range []struct {
		pass  time.Duration
		after string
	}{{0, "1"}, {5 * time.Second, "25"}, {20500 * time.Millisecond, "5"}, {4500 * time.Millisecond, "1"}} {
		time.Sleep(step.pass)
		early := w.do(submit)
		if early.StatusCode != http.StatusConflict || early.Header.Get("Retry-After") != step.after {
			t.Errorf("%v later: %d, Retry-After %q, want %s", step.pass, early.StatusCode, early.Header.Get("Retry-After"), step.after)
		}
	}
	time.Sleep(time.Second)
	if got := w.do(submit).id(t); got != id {
		t.Errorf("completed %s, want %s", got, id)
	}
	w.checkAccepted(submit, id)
}

func TestKeyConcurrently(t *testing.T) { inBubble(t, testKeyConcurrently) }

func testKeyConcurrently(t *testing.T) {
	w := newFixture(t, nil)
	submit := post(presentation, "Idempotency-Key", "a-key-with-entropy")
	responses := make([]response, 24)
	var all sync.WaitGroup
	for i := range responses {
		all.Go(func() { responses[i] = w.do(submit) })
	}
	all.Wait()
	id := w.complete(submit)
	for _, r := range responses {
		if r.StatusCode == http.StatusConflict {
			continue
		}
		if r.StatusCode != http.StatusAccepted || r.id(t) != id {
			t.Errorf("%d %s", r.StatusCode, r.text)
		}
	}
	if n := len(w.workflows.Inputs()); n != 1 {
		t.Errorf("%d executions", n)
	}
}

// move puts a submission into another state.
func (w *fixture) move(id string, s async.State) {
	w.t.Helper()
	if _, err := w.store.Advance(w.t.Context(), id, async.Change{State: &s, Updated: time.Now().UTC()}); err != nil {
		w.t.Fatal(err)
	}
}

func (r response) submission(t *testing.T) (s api.Submission) {
	t.Helper()
	decode(t, r.text, &s)
	return s
}

func (r response) id(t *testing.T) string {
	t.Helper()
	return r.submission(t).ID
}
