package apigateway_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/functions"
	"example.org/asynchttpapi/async/internal/lambdahttp"
)

// Two keys of the submitter, while one replaces the other, and one of an operator.
const (
	oldKey      = "0b7f2f3c1d5e4a698f"
	newKey      = "9a41e0c7b3d84f21aa"
	operatorKey = "77c1d9e5f0a24b3388"
)

func hashes(keys ...string) (all lambdahttp.KeyHashes) {
	for _, key := range keys {
		all = append(all, sha256.Sum256([]byte(key)))
	}
	return all
}

// newListingFixture is a fixture that lists what has ended.
func newListingFixture(t *testing.T) *fixture {
	return newFixture(t, func(c *functions.Config, _ *apigateway.Config) {
		c.Completions = true
		c.Keys = lambdahttp.Keys{Submitter: hashes(oldKey, newKey), Operator: hashes(operatorKey)}
	})
}

// settle is longer than an end waits before it is listed.
const settle = 30 * time.Second

// finish ends a submission that was made with these headers.
func (w *fixture) finish(s async.State, header ...string) {
	w.t.Helper()
	w.move(w.do(post(presentation, header...)).id(w.t), s)
}

func (r response) completions(t *testing.T) (body api.Completions) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.text), &body); err != nil {
		t.Fatalf("%v: %s", err, r.text)
	}
	return body
}

// next is the request that goes on after a response, as a trigger makes it.
func next(r response, key string) request {
	return get(strings.TrimPrefix(r.Header.Get("Location"), "https://api.example.org"), api.APIKey, key)
}

// A trigger's polls, each whole response of which is in testdata.
func TestCompletions(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newListingFixture(t)
		w.finish(approved, api.APIKey, oldKey) // before the first call
		time.Sleep(time.Second)
		step := func(name string, status int, ask request) response {
			t.Helper()
			r := w.do(ask)
			if r.StatusCode != status {
				t.Errorf("%s: %d %s", name, r.StatusCode, r.text)
			}
			compare(t, name, r)
			return r
		}
		r := step("completions-first", 202, get("/api/completions?limit=2", api.APIKey, oldKey))
		r = step("completions-nothing", 202, next(r, newKey))
		w.finish(failed, api.APIKey, oldKey)
		time.Sleep(time.Second)
		w.finish(rejected, api.APIKey, newKey)
		time.Sleep(time.Second)
		w.finish(approved, api.APIKey, oldKey)
		w.finish(approved, api.APIKey, operatorKey)
		w.finish(approved)
		step("completions-not-settled", 202, next(r, oldKey))
		time.Sleep(settle)
		r = step("completions-more", 200, next(r, oldKey))
		if got := r.completions(t).Value; len(got) != 2 || got[0].CustomStatus != "Rejected" || got[1].Status != api.Failed {
			t.Errorf("the oldest two, the newest of them first: %s", r.text)
		}
		r = step("completions-last", 200, next(r, oldKey))
		r = step("completions-nothing-more", 202, next(r, oldKey))
		step("completions-head", 202, method("HEAD", next(r, oldKey)))
		if again := w.do(next(r, oldKey)); again.Header.Get("Location") != r.Header.Get("Location") {
			t.Errorf("nothing new, and another cursor: %s", again.Header.Get("Location"))
		}
		step("completions-no-key", 401, get("/api/completions"))
		step("completions-unknown-key", 401, get("/api/completions", api.APIKey, "guess"))
		step("submit-unknown-key", 401, post(presentation, api.APIKey, "guess"))
		step("completions-bad-cursor", 400, beyond(get("/api/completions?since=..%2F1", api.APIKey, oldKey)))
		if r := w.do(beyond(get("/api/completions?limit=99999999999999999999", api.APIKey, oldKey))); r.StatusCode != 202 {
			t.Errorf("a large limit: %d %s", r.StatusCode, r.text)
		}
		step("completions-bad-limit", 400, beyond(get("/api/completions?limit=0", api.APIKey, oldKey)))
		step("completions-wrong-method", 405, method("POST", get("/api/completions")))
		step("cors-preflight-completions", 204, preflight("/api/completions", "GET"))
		step("completions-below", 404, get("/api/completions/1"))
	})
}

// An item has the URL of its result and not the result.
func TestCompletionsShowNoResults(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newListingFixture(t)
		r := w.do(get("/api/completions", api.APIKey, operatorKey))
		time.Sleep(time.Second)
		id := w.do(post(presentation)).id(t)
		c := async.Change{State: &approved, Stage: "Selection", Result: []byte(`{"room":"A <1>","seats":120}`)}
		if _, err := w.store.Advance(t.Context(), id, c); err != nil {
			t.Fatal(err)
		}
		time.Sleep(settle)
		r = w.do(next(r, operatorKey))
		value := r.completions(t).Value
		if len(value) != 1 || value[0].ResultURL != "https://api.example.org/api/result/"+id || strings.Contains(r.text, "seats") {
			t.Errorf("%s", r.text)
		}
	})
}

// An authenticated caller who repeats a submit gets its cancelUrl again; the same
// key of another caller is another submission's.
func TestRepetitionOfACallerHasItsCancelURL(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newListingFixture(t)
		submit := func(key string) api.Submission {
			return w.do(post(presentation, api.APIKey, key, "Idempotency-Key", "key")).submission(t)
		}
		first, rotated, other := submit(oldKey), submit(newKey), submit(operatorKey)
		if first.CancelURL == "" || rotated.CancelURL != first.CancelURL || rotated.ID != first.ID {
			t.Errorf("%+v, and again %+v", first, rotated)
		}
		if other.ID == first.ID || other.CancelURL == first.CancelURL {
			t.Errorf("another caller has got %+v", other)
		}
	})
}

// Where the list is off there is nothing at its path, a key means nothing, and
// nothing is kept about who submitted.
func TestCompletionsAreOff(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, nil)
		for _, name := range []string{"GET", "HEAD", "POST", "DELETE", "OPTIONS"} {
			if r := w.do(beyond(method(name, get("/api/completions", api.APIKey, oldKey)))); r.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %d", name, r.StatusCode)
			}
		}
		id := w.do(post(presentation, api.APIKey, oldKey)).id(t)
		if r, err := w.store.Get(t.Context(), id); err != nil || r.Scope != "" {
			t.Errorf("scope %q, %v", r.Scope, err)
		}
	})
}

// Callers by token or signature see what they have submitted, and never what
// another has; an operator's key sees everything.
func TestCompletionsOfCallers(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newListingFixture(t)
		jwt := func(subject string) *events.APIGatewayV2HTTPRequestContextAuthorizerDescription {
			return &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
				JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: map[string]string{"iss": "https://id.example", "sub": subject}},
			}
		}
		callers := map[string]*events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
			"ada": jwt("ada"), "grace": jwt("grace"),
			"role": {IAM: &events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription{
				UserARN: "arn:aws:sts::123456789012:assumed-role/reader/session", AccountID: "123456789012",
			}},
		}
		call := func(function, caller string, e events.APIGatewayV2HTTPRequest) (out events.APIGatewayV2HTTPResponse) {
			t.Helper()
			e.RequestContext.Authorizer = callers[caller]
			text, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			text, err = w.handlers[function].Invoke(t.Context(), text)
			if err != nil || json.Unmarshal(text, &out) != nil || out.StatusCode >= 300 {
				t.Fatalf("%s: %s, %v", function, text, err)
			}
			return out
		}
		list := func(caller, since string) (body api.Completions) {
			e := event(http.MethodGet, "/api/completions")
			if since != "" {
				e.QueryStringParameters = map[string]string{"since": since}
			}
			if err := json.Unmarshal([]byte(call("completions", caller, e).Body), &body); err != nil {
				t.Fatal(err)
			}
			return body
		}
		cursors, want := map[string]string{}, map[string]string{}
		for caller := range callers {
			cursors[caller] = list(caller, "").Next
		}
		all := w.do(get("/api/completions", api.APIKey, operatorKey))
		time.Sleep(time.Second)
		for caller := range callers {
			e := event(http.MethodPost, "/api/submit")
			e.Headers, e.Body = map[string]string{"content-type": "application/json"}, presentation
			var s api.Submission
			if err := json.Unmarshal([]byte(call("submit", caller, e).Body), &s); err != nil {
				t.Fatal(err)
			}
			w.move(s.ID, approved)
			want[caller] = s.ID
		}
		time.Sleep(settle)
		for caller, cursor := range cursors {
			if got := list(caller, cursor).Value; len(got) != 1 || got[0].ID != want[caller] {
				t.Errorf("%s got %+v, want %s", caller, got, want[caller])
			}
		}
		if got := w.do(next(all, operatorKey)).completions(t).Value; len(got) != len(callers) {
			t.Errorf("the operator got %d, want %d", len(got), len(callers))
		}
	})
}

func event(method, path string) events.APIGatewayV2HTTPRequest {
	e := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: path, RouteKey: "ANY " + path}
	e.RequestContext.HTTP.Method = method
	return e
}

func TestParseKeyHashes(t *testing.T) {
	one := strings.Repeat("0a", 32)
	for list, want := range map[string]int{"": 0, one: 1, one + "," + strings.ToUpper(one): 2, " " + one + " , " + one: 2} {
		if got, err := lambdahttp.ParseKeyHashes(list); err != nil || len(got) != want {
			t.Errorf("%q: %d, %v", list, len(got), err)
		}
	}
	for _, list := range []string{"key", one[2:], one + "," + one + "," + one, hex.EncodeToString([]byte("a key"))} {
		if _, err := lambdahttp.ParseKeyHashes(list); err == nil || strings.Contains(err.Error(), "0a0a") {
			t.Errorf("%q: %v", list, err)
		}
	}
}
