package apigateway_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

var (
	received   = async.State{Status: api.NotStarted, CustomStatus: "Received", Message: "Waiting."}
	moderation = async.State{Status: api.Running, CustomStatus: "Moderation", Message: "At work.", Rank: 1}
	approved   = async.State{Status: api.Succeeded, CustomStatus: "Approved", Message: "Congratulations!", Rank: async.RankEnded}
	rejected   = async.State{Status: api.Succeeded, CustomStatus: "Rejected", Message: "We are sorry.", Rank: async.RankEnded}
	failed     = async.State{
		Status: api.Failed, CustomStatus: "Moderation", Message: "It broke.", Rank: async.RankEnded,
		Error: &api.Error{Code: api.CodeTimedOut, Message: "It broke."},
	}
	canceled = async.State{Status: api.Canceled, CustomStatus: "Moderation", Message: "Canceled.", Rank: async.RankEnded}
)

// Every row of the contract's tables but those that need a fault or a second
// request. Each whole response is in testdata under the row's name.
var rows = []struct {
	name   string
	status int
	// ask arranges and makes the request.
	ask func(w *fixture) request
}{
	{"submit", 202, func(*fixture) request { return post(presentation) }},
	{"submit-other-case", 202, func(*fixture) request {
		return beyond(post(strings.NewReplacer("speaker", "Speaker", "title", "TITLE").Replace(presentation)))
	}},
	{"submit-own-id-ignored", 202, func(*fixture) request {
		return post(strings.Replace(presentation, "{", `{"id":"mine","more":[1],`, 1))
	}},
	{"submit-json-suffix", 202, func(*fixture) request {
		return beyond(post(presentation, "Content-Type", "application/talk+json; charset=UTF-8"))
	}},
	{"submit-failure-status", 202, func(*fixture) request { return to("/api/submit?failureStatus=409", post(presentation)) }},
	{"submit-failure-status-bad", 400, func(*fixture) request { return to("/api/submit?failureStatus=500", post(presentation)) }},
	{"submit-failure-status-twice", 400, func(*fixture) request {
		return to("/api/submit?failureStatus=409&failureStatus=409", post(presentation))
	}},
	{"submit-wait", 202, func(*fixture) request { return to("/api/submit?wait=1&failureStatus=409", post(presentation)) }},
	{"submit-wait-bad", 400, func(*fixture) request { return to("/api/submit?wait=soon", post(presentation)) }},
	{"submit-byte-order-mark", 202, func(*fixture) request { return beyond(post("\ufeff" + presentation)) }},
	{"submit-byte-order-mark-twice", 400, func(*fixture) request { return post("\ufeff\ufeff" + presentation) }},
	{"submit-callback-url", 422, func(*fixture) request {
		return post(strings.Replace(presentation, "{", `{"callbackUrl":"https://client.example/done",`, 1))
	}},
	{"submit-hostile-host", 202, func(*fixture) request {
		return post(presentation, "Host", "evil.example", "Forwarded", "host=evil.example", "X-Forwarded-Host", "evil.example")
	}},

	{"status-not-started", 202, func(w *fixture) request { return get(w.put(received, 0)) }},
	{"status-running", 202, func(w *fixture) request { return get(w.put(moderation, 3*time.Second)) }},
	{"status-approved", 200, func(w *fixture) request { return get(w.put(approved, time.Minute)) }},
	{"status-rejected", 200, func(w *fixture) request { return get(w.put(rejected, time.Minute)) }},
	{"status-failed", 200, func(w *fixture) request { return get(w.put(failed, time.Minute)) }},
	{"status-failed-200", 200, func(w *fixture) request { return get(w.put(failed, time.Minute) + "?failureStatus=200") }},
	{"status-failed-409", 409, func(w *fixture) request { return get(w.put(failed, time.Minute) + "?failureStatus=409") }},
	{"status-running-409", 202, func(w *fixture) request { return get(w.put(moderation, time.Minute) + "?failureStatus=409") }},
	{"status-approved-409", 200, func(w *fixture) request { return get(w.put(approved, time.Minute) + "?failureStatus=409") }},
	{"status-failure-status-bad", 400, func(w *fixture) request { return get(w.put(failed, 0) + "?failureStatus=teapot") }},
	{"status-canceled", 200, func(w *fixture) request { return get(w.put(canceled, time.Minute)) }},
	{"status-head-running", 202, func(w *fixture) request { return method("HEAD", get(w.put(moderation, 0))) }},
	{"status-head-approved", 200, func(w *fixture) request { return method("HEAD", get(w.put(approved, 0))) }},
	{"status-head-unknown", 404, func(*fixture) request { return method("HEAD", get(api.StatusPath+async.IDOf(async.NewSecret()))) }},
	{"status-unknown", 404, func(*fixture) request { return get(api.StatusPath + async.IDOf(async.NewSecret())) }},
	{"status-malformed-id", 404, func(*fixture) request { return get(api.StatusPath + "1") }},
	{"status-escaped-id", 404, func(*fixture) request { return get(api.StatusPath + "..%2Fsubmit%00%ff") }},
	{"status-no-id", 404, func(*fixture) request { return get(api.StatusPath) }},
	{"status-expired", 410, func(w *fixture) request { return get(w.put(approved, 25*time.Hour)) }},

	{"status-wait", 202, func(w *fixture) request { return get(w.put(moderation, 0) + "?wait=1") }},
	{"status-wait-bad", 400, func(w *fixture) request { return get(w.put(moderation, 0) + "?wait=-1") }},

	{"result-running", 202, func(w *fixture) request { return get(resultOf(w.put(moderation, 3*time.Second))) }},
	{"result-none", 404, func(w *fixture) request { return get(resultOf(w.put(approved, time.Minute))) }},
	{"result-failed", 404, func(w *fixture) request { return get(resultOf(w.put(failed, time.Minute))) }},
	{"result-unknown", 404, func(*fixture) request { return get(resultOf(api.StatusPath + async.IDOf(async.NewSecret()))) }},
	{"result-inline", 200, func(w *fixture) request { return other(get(api.ResultPath + w.putRecord(inline, time.Minute))) }},
	{"result-inline-head", 200, func(w *fixture) request {
		return other(method("HEAD", get(api.ResultPath+w.putRecord(inline, time.Minute))))
	}},
	{"result-wrong-method", 405, func(w *fixture) request { return method("PUT", get(resultOf(w.put(approved, 0)))) }},
	{"status-with-result", 200, func(w *fixture) request { return other(get(api.StatusPath + w.putRecord(inline, time.Minute))) }},

	{"cancel-post", 200, func(w *fixture) request { return method("POST", get(w.cancelPath())) }},
	{"cancel-delete", 200, func(w *fixture) request { return method("DELETE", get(w.cancelPath())) }},
	{"cancel-ended", 200, func(w *fixture) request {
		path := w.cancelPath()
		w.move(w.store.IDs()[0], failed)
		return method("POST", get(path))
	}},
	{"cancel-unknown", 404, func(*fixture) request { return method("POST", get(api.CancelPath+async.NewSecret())) }},
	{"cancel-wrong-method", 405, func(w *fixture) request { return get(w.cancelPath()) }},
	{"cors-preflight-cancel", 204, func(*fixture) request { return preflight(api.CancelPath+async.NewSecret(), "DELETE") }},

	{"submit-wrong-method", 405, func(*fixture) request { return method("GET", post("")) }},
	{"submit-head", 405, func(*fixture) request { return method("HEAD", post("")) }},
	{"status-wrong-method", 405, func(w *fixture) request { return method("DELETE", get(w.put(approved, 0))) }},
	{"no-such-path", 404, func(*fixture) request { return get("/api/rawcheckstatusresponse/1") }},
	{"root", 404, func(*fixture) request { return get("/") }},
	{"double-slash", 404, func(*fixture) request { return to("//api/submit", post(presentation)) }},

	{"submit-not-json", 415, func(*fixture) request { return post("a=b", "Content-Type", "application/x-www-form-urlencoded") }},
	{"submit-no-type", 415, func(*fixture) request { return post(presentation, "Content-Type", "") }},
	{"submit-bad-type", 415, func(*fixture) request { return post(presentation, "Content-Type", ";") }},
	{"submit-other-charset", 415, func(*fixture) request { return post(presentation, "Content-Type", "application/json; charset=utf-16") }},
	{"submit-compressed", 415, func(*fixture) request { return post(presentation, "Content-Encoding", "gzip") }},
	{"submit-malformed", 400, func(*fixture) request { return post(presentation[:40]) }},
	{"submit-empty", 400, func(*fixture) request { return post("") }},
	{"submit-duplicate-name", 400, func(*fixture) request { return post(`{"title":"a","Title":"b"}`) }},
	{"submit-deep", 400, func(*fixture) request { return post(`{"a":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + "}") }},
	{"submit-not-utf8", 400, func(*fixture) request { return post("{\"title\":\"\xff\"}") }},
	{"submit-trailing", 400, func(*fixture) request { return post(presentation + presentation) }},
	{"submit-invalid", 422, func(*fixture) request {
		return post(`{"speaker":{"name":"","email":"ada","country":7},"title":"` + strings.Repeat("x", 300) + `","track":[]}`)
	}},
	{"submit-not-object", 422, func(*fixture) request { return post("[]") }},
	{"submit-too-large", 413, func(*fixture) request { return post(`{"title":"` + strings.Repeat("x", 64<<10) + `"}`) }},
	{"submit-key-malformed", 400, func(*fixture) request { return post(presentation, "Idempotency-Key", `"one", "two"`) }},
	{"submit-key-empty", 400, func(*fixture) request { return post(presentation, "Idempotency-Key", "") }},
	{"submit-key-short", 400, func(*fixture) request { return post(presentation, "Idempotency-Key", "fifteen-letters") }},
	{"submit-key-too-long", 400, func(*fixture) request { return post(presentation, "Idempotency-Key", strings.Repeat("k", 256)) }},

	{"cors-submit", 202, func(*fixture) request { return post(presentation, "Origin", "https://page.example") }},
	{"cors-other-origin", 202, func(*fixture) request { return post(presentation, "Origin", "https://other.example") }},
	{"cors-problem", 404, func(*fixture) request {
		return get(api.StatusPath+"1", "Origin", "https://page.example")
	}},
	{"cors-preflight-submit", 204, func(*fixture) request { return preflight("/api/submit", "POST") }},
	{"cors-preflight-status", 204, func(*fixture) request { return preflight(api.StatusPath+async.IDOf(async.NewSecret()), "GET") }},
	{"cors-preflight-nowhere", 404, func(*fixture) request { return preflight("/api/nowhere", "GET") }},

	{"prefer-malformed", 202, func(w *fixture) request { return get(w.put(moderation, 0), "Prefer", `wait="soon`) }},
}

var inline = async.Record{State: approved, Result: []byte(`{"room":"A <1>","seats":120}`)}

func resultOf(statusPath string) string {
	return strings.Replace(statusPath, api.StatusPath, api.ResultPath, 1)
}

// cancelPath submits, and returns the path of the cancelUrl that comes of it.
func (w *fixture) cancelPath() string {
	return strings.TrimPrefix(w.do(post(presentation)).submission(w.t).CancelURL, "https://api.example.org")
}

func to(path string, r request) request       { r.path = path; return r }
func other(r request) request                 { r.other = true; return r }
func beyond(r request) request                { r.beyond = true; return r }
func method(method string, r request) request { r.method = method; return r }
func preflight(path, method string) request {
	return request{method: http.MethodOptions, path: path, header: map[string]string{
		"Origin": "https://page.example", "Access-Control-Request-Method": method,
		"Access-Control-Request-Headers": "content-type,idempotency-key",
	}}
}

func TestContract(t *testing.T) {
	for _, row := range rows {
		runInBubble(t, row.name, func(t *testing.T) {
			w := newFixture(t, nil)
			r := w.do(row.ask(w))
			if r.StatusCode != row.status {
				t.Errorf("status %d, want %d", r.StatusCode, row.status)
			}
			checkResponse(t, r)
			compare(t, row.name, r)
			for id, input := range w.workflows.Inputs() {
				if input != `{"id":"`+id+`"}` {
					t.Errorf("execution input %s", input)
				}
			}
		})
	}
}
