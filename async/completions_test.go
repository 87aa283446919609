package async_test

import (
	"errors"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

// listing lets the fixture's service list what has ended.
func listing(w *fixture, c *async.Config) {
	c.Completions = asynctest.FaultyStore{Store: w.store, Faults: w.faults}
}

// settle is longer than an end waits before it is listed.
const settle = 30 * time.Second

func (w *fixture) completions(t *testing.T, in async.CompletionsRequest) async.CompletionsPage {
	t.Helper()
	page, err := w.Completions(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// canceled submits for a scope, and ends that at once.
func (w *fixture) canceled(t *testing.T, scope string) (id string) {
	t.Helper()
	view, err := w.Submit(t.Context(), async.Submission{Body: []byte(`{"Name":"bread"}`), Scope: scope})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.CancelID(t.Context(), view.ID); err != nil {
		t.Fatal(err)
	}
	return view.ID
}

func TestCompletionsAreOfTheirScope(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		cursors := map[string]string{}
		for _, scope := range []string{"ada", "grace", ""} {
			page := w.completions(t, async.CompletionsRequest{Scope: scope})
			if len(page.Submissions) > 0 || page.Next == "" || page.RetryAfter < time.Second {
				t.Errorf("%q: the first call got %+v", scope, page)
			}
			cursors[scope] = page.Next
		}
		time.Sleep(time.Second)
		ids := map[string]string{}
		for scope := range cursors {
			ids[scope] = w.canceled(t, scope)
		}
		time.Sleep(settle)
		for scope, cursor := range cursors {
			page := w.completions(t, async.CompletionsRequest{Scope: scope, Since: cursor})
			if len(page.Submissions) != 1 || page.Submissions[0].ID != ids[scope] || page.Submissions[0].Status != api.Canceled {
				t.Errorf("%q got %+v, want %s", scope, page, ids[scope])
			}
		}
		all := w.completions(t, async.CompletionsRequest{All: true, Since: cursors["ada"], Limit: 2})
		if len(all.Submissions) != 2 || all.RetryAfter != 0 {
			t.Errorf("an operator got %+v", all)
		}
	}, listing)
}

// What is past its retention is passed over, and the cursor goes on.
func TestCompletionsPassOverWhatHasExpired(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		first := w.completions(t, async.CompletionsRequest{All: true})
		time.Sleep(time.Second)
		for range 3 {
			w.canceled(t, "ada")
		}
		time.Sleep(w.Retention + settle)
		id := w.canceled(t, "ada")
		time.Sleep(settle)
		page := w.completions(t, async.CompletionsRequest{All: true, Since: first.Next, Limit: 1})
		if len(page.Submissions) != 1 || page.Submissions[0].ID != id {
			t.Errorf("got %+v, want %s", page, id)
		}
		if again := w.completions(t, async.CompletionsRequest{All: true, Since: page.Next}); len(again.Submissions) > 0 || again.Next != page.Next {
			t.Errorf("and then %+v", again)
		}
	}, listing)
}

func TestCompletionsThatFail(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		code := func(in async.CompletionsRequest) string {
			_, err := w.Completions(t.Context(), in)
			var e *async.RequestError
			if !errors.As(err, &e) {
				t.Fatalf("got %v", err)
			}
			return e.Code
		}
		if got := code(async.CompletionsRequest{All: true, Since: "nonsense"}); got != api.CodeMalformedRequest {
			t.Errorf("a cursor of another kind: %s", got)
		}
		for fault, want := range map[*asynctest.Fault]string{new(asynctest.Fault(asynctest.Refuse)): api.CodeUnavailable, new(asynctest.Fault(asynctest.Throttle)): api.CodeThrottled} {
			w.faults.Once("Completions.Ended", *fault)
			if got := code(async.CompletionsRequest{All: true}); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	}, listing)
	withFixture(t, func(t *testing.T, w *fixture) {
		var e *async.RequestError
		if _, err := w.Completions(t.Context(), async.CompletionsRequest{All: true}); !errors.As(err, &e) || e.Code != api.CodeNotFound {
			t.Errorf("where nothing is listed: %v", err)
		}
	})
}
