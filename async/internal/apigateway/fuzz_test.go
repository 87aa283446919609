package apigateway_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// FuzzRequest sends whole requests through the gateway, the handlers and the
// domain: whatever they are, they are answered as the contract says, and
// nothing of ours breaks.
func FuzzRequest(f *testing.F) {
	f.Add("POST", api.SubmitPath, "application/json", `"key"`, "wait=1", presentation)
	f.Add("POST", api.SubmitPath+"?failureStatus=409", "application/json;charset=utf-8", "", "", `{"speaker":[],"title":{}}`)
	f.Add("GET", api.StatusPath+async.IDOf(async.NewSecret()), "", "", "wait=x", "")
	f.Add("HEAD", api.StatusPath+"%2e%2e", "", "", "", "")
	f.Add("OPTIONS", api.SubmitPath, "", "", "", "")
	f.Add("PURGE", "/", "text/plain", "\xff", "\"", "\x00")
	w, g := newGateway(f, nil)
	f.Fuzz(func(t *testing.T, method, target, contentType, key, prefer, body string) {
		r, err := http.NewRequest(method, "http://x"+target, strings.NewReader(body))
		if err != nil {
			return // no client can send it
		}
		r.Header = http.Header{"Content-Type": {contentType}, "Idempotency-Key": {key}, "Prefer": {prefer}}
		rec := httptest.NewRecorder()
		g.ServeHTTP(rec, r)
		got := rec.Result()
		got.Request = r
		if got.StatusCode >= 500 {
			t.Errorf("%d %s", got.StatusCode, rec.Body)
		}
		if got.Header.Get("Cache-Control") != "no-store" {
			t.Error("Cache-Control is missing")
		}
		checkHeaders(t, response{got, rec.Body.String()})
		checkLog(t, w.log.String())
	})
}
