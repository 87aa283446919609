package awsharness

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// row is one of the contract's tables, asked of the deployed binaries.
type row struct {
	name, method, path string
	header             []string // pairs
	body               string
	status             int
	code               string // of the problem, or of the failure with a 200 or 409
}

// put stores a submission that cannot be had by submitting one, and returns its id.
func (w *harness) put(t *testing.T, s async.State, expires time.Duration, result string) string {
	t.Helper()
	id, now := async.IDOf(async.NewSecret()), time.Now().UTC()
	r := async.Record{ID: id, Job: "speakers", State: s, Created: now, Updated: now, Deadline: now.Add(time.Hour), Expires: now.Add(expires)}
	if result != "" {
		r.Result = json.RawMessage(result)
	}
	if err := w.store(t).Create(t.Context(), r, json.RawMessage(`{}`)); err != nil {
		t.Fatal(err)
	}
	return id
}

// The table of the contract, and the refusals that need no second request.
func TestContract(t *testing.T) {
	w := newHarnessAtSpeed(t, "approve", "1") // stages last longer than the test
	running := w.put(t, async.State{Status: api.Running, CustomStatus: "Moderation", Rank: 1}, time.Hour, "")
	approved := w.put(t, async.State{Status: api.Succeeded, CustomStatus: "Approved", Rank: async.RankEnded}, time.Hour, `{"a":1}`)
	failed := w.put(t, async.State{Status: api.Failed, CustomStatus: "Moderation", Rank: async.RankEnded, Error: &api.Error{Code: api.CodeTimedOut, Message: "Late."}}, time.Hour, "")
	canceled := w.put(t, async.State{Status: api.Canceled, CustomStatus: "Moderation", Rank: async.RankEnded}, time.Hour, "")
	expired := w.put(t, async.State{Status: api.Succeeded, CustomStatus: "Approved", Rank: async.RankEnded}, -time.Hour, "")
	unknown := async.IDOf(async.NewSecret())
	isJSON := []string{"Content-Type", "application/json"}
	with := func(pairs ...string) []string { return append(pairs, isJSON...) }
	for _, r := range []row{
		{"submit", "POST", api.SubmitPath, isJSON, talk, 202, ""},
		{"submit, byte order mark", "POST", api.SubmitPath, isJSON, "\ufeff" + talk, 202, ""},
		{"submit with choices", "POST", api.SubmitPath + "?failureStatus=409&wait=3", isJSON, talk, 202, ""},
		{"running", "GET", api.StatusPath + running, nil, "", 202, ""},
		{"running, HEAD", "HEAD", api.StatusPath + running, nil, "", 202, ""},
		{"approved", "GET", api.StatusPath + approved, nil, "", 200, ""},
		{"failed", "GET", api.StatusPath + failed, nil, "", 200, api.CodeTimedOut},
		{"failed, 409", "GET", api.StatusPath + failed + "?failureStatus=409", nil, "", 409, api.CodeTimedOut},
		{"canceled", "GET", api.StatusPath + canceled, nil, "", 200, ""},
		{"unknown", "GET", api.StatusPath + unknown, nil, "", 404, api.CodeNotFound},
		{"malformed", "GET", api.StatusPath + "1", nil, "", 404, api.CodeNotFound},
		{"expired", "GET", api.StatusPath + expired, nil, "", 410, api.CodeGone},
		{"result, running", "GET", api.ResultPath + running, nil, "", 202, ""},
		{"result, inline", "GET", api.ResultPath + approved, nil, "", 200, ""},
		{"result, none", "GET", api.ResultPath + failed, nil, "", 404, api.CodeNotFound},
		{"result, expired", "GET", api.ResultPath + expired, nil, "", 410, api.CodeGone},
		{"cancel, unknown", "POST", api.CancelPath + async.NewSecret(), nil, "", 404, api.CodeNotFound},
		{"completions are off", "GET", api.CompletionsPath, nil, "", 404, api.CodeNotFound},
		{"completions are off, POST", "POST", api.CompletionsPath, nil, "", 404, api.CodeNotFound},
		{"no callbacks", "GET", api.CallbackPath + async.NewSecret(), nil, "", 404, api.CodeNotFound},
		{"no callbacks, PUT", "PUT", api.CallbackPath + async.NewSecret(), nil, "", 404, api.CodeNotFound},
		{"another path", "GET", "/api/rawcheckstatusresponse/1", nil, "", 404, api.CodeNotFound},
		{"submit, GET", "GET", api.SubmitPath, nil, "", 405, api.CodeMethodNotAllowed},
		{"status, DELETE", "DELETE", api.StatusPath + approved, nil, "", 405, api.CodeMethodNotAllowed},
		{"result, PUT", "PUT", api.ResultPath + approved, nil, "", 405, api.CodeMethodNotAllowed},
		{"cancel, GET", "GET", api.CancelPath + async.NewSecret(), nil, "", 405, api.CodeMethodNotAllowed},
		{"not JSON", "POST", api.SubmitPath, []string{"Content-Type", "text/plain"}, "x", 415, api.CodeUnsupportedMediaType},
		{"malformed JSON", "POST", api.SubmitPath, isJSON, talk[:40], 400, api.CodeMalformedRequest},
		{"invalid", "POST", api.SubmitPath, isJSON, `{"title":7}`, 422, api.CodeInvalidSubmission},
		{"callbackUrl", "POST", api.SubmitPath + "?callbackUrl=x", isJSON, talk, 422, api.CodeInvalidSubmission},
		{"too large", "POST", api.SubmitPath, isJSON, `{"title":"` + strings.Repeat("x", 64<<10) + `"}`, 413, api.CodePayloadTooLarge},
		{"a key", "POST", api.SubmitPath, with("Idempotency-Key", "a-key-of-the-contract"), talk, 202, ""},
		{"the key again", "POST", api.SubmitPath, with("Idempotency-Key", "a-key-of-the-contract"), talk, 202, ""},
		{"the key for another", "POST", api.SubmitPath, with("Idempotency-Key", "a-key-of-the-contract"), strings.Replace(talk, "engines", "looms", 1), 422, api.CodeKeyReused},
	} {
		t.Run(r.name, func(t *testing.T) { w.check(t, r) })
	}
}

// check makes a row's request, and holds the response against what the contract
// says of every such response.
func (w *harness) check(t *testing.T, want row) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), want.method, w.url+want.path, strings.NewReader(want.body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(want.header); i += 2 {
		req.Header.Set(want.header[i], want.header[i+1])
	}
	resp, body := received(t, http.DefaultTransport.RoundTrip, req)
	var got struct {
		api.Submission
		Status any `json:"status"`
	}
	if want.method != http.MethodHead && json.Unmarshal([]byte(body), &got) != nil {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	code := ""
	if got.Error != nil {
		code = got.Error.Code
	}
	h := resp.Header
	problem := h.Get("Content-Type") == api.MediaTypeProblem
	switch after, _ := strconv.Atoi(h.Get("Retry-After")); {
	case resp.StatusCode != want.status || code != want.code:
		t.Errorf("%d %s\n%s", resp.StatusCode, body, w.logs)
	case h.Get("Cache-Control") != "no-store":
		t.Error("it may be kept")
	case resp.StatusCode == http.StatusAccepted && (after < 1 || after > 300 || h.Get("Location") == "" || h.Get("Location") != h.Get("Operation-Location")):
		t.Errorf("headers of a 202: %v", h)
	case (resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable) && (after < 1 || after > 300):
		t.Errorf("Retry-After of a %d: %q", resp.StatusCode, h.Get("Retry-After"))
	case resp.StatusCode == http.StatusMethodNotAllowed && h.Get("Allow") == "":
		t.Error("no Allow")
	case problem != (resp.StatusCode >= 400 && want.code != api.CodeTimedOut), problem && got.Status != nil:
		t.Errorf("%s %s", h.Get("Content-Type"), body)
	}
	_, query, _ := strings.Cut(want.path, "?")
	if resp.StatusCode == http.StatusAccepted && query != "" && !strings.HasSuffix(h.Get("Location"), "?"+query) {
		t.Errorf("Location does not carry %s: %s", query, h.Get("Location"))
	}
	if got.CancelURL != "" && (want.method != http.MethodPost || want.name == "the key again") {
		t.Error("cancelUrl is handed out again")
	}
}

// While DynamoDB throttles or is away nothing is half done, and the caller learns
// when to come again.
func TestContractOfTroubles(t *testing.T) {
	w := newHarnessAtSpeed(t, "approve", "1")
	submit := row{"submit", "POST", api.SubmitPath, []string{"Content-Type", "application/json", "Idempotency-Key", "a-key-in-trouble"}, talk, 0, ""}
	again := func(status int, code string) {
		t.Helper()
		r := submit
		r.status, r.code = status, code
		w.check(t, r)
	}
	w.dynamodb.throttles.Store(true)
	again(429, api.CodeThrottled)
	w.check(t, row{"status", "GET", api.StatusPath + async.IDOf(async.NewSecret()), nil, "", 429, api.CodeThrottled})
	w.dynamodb.throttles.Store(false)
	forward := w.states.Handler
	w.states.Handler = http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.WriteHeader(http.StatusServiceUnavailable)
	})
	again(503, api.CodeUnavailable)
	w.states.Handler = forward
	again(202, "")
}
