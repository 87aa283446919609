package check

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const (
	submitPath = "/api/submit"
	statusPath = "/api/status/kmoyq5iskti2pmvlnxjiezayem"
	running    = `{"id":"kmoyq5iskti2pmvlnxjiezayem","status":"Running","customStatus":"Moderation","message":"At work.",` +
		`"createdTime":"2026-11-22T09:00:00Z","lastUpdatedTime":"2026-11-22T09:00:00Z","percentComplete":1}`
	problem = `{"type":"about:blank","title":"Not Found","detail":"x","instance":"/","error":{"code":"NotFound","message":"x"}}`
)

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func poll(change ...string) http.Header {
	return headers(append([]string{
		"Content-Type", "application/json", "Cache-Control", "no-store", "X-Content-Type-Options", "nosniff", "Retry-After", "2", "ETag", `"x"`,
		"Location", "http://x.example" + statusPath, "Operation-Location", "http://x.example" + statusPath,
	}, change...)...)
}

// A checker that could not fail would be worth nothing: each of these breaks
// one promise.
func TestViolations(t *testing.T) {
	problemHeader := headers("Content-Type", "application/problem+json", "Cache-Control", "no-store", "X-Content-Type-Options", "nosniff")
	tests := []struct {
		name, method, path string
		code               int
		header             http.Header
		body               string
		want               string // "" for no violation
	}{
		{"as described", "GET", statusPath, 202, poll(), running, ""},
		{"a problem", "GET", statusPath, 404, problemHeader, problem, ""},
		{"a header of the server", "GET", statusPath, 202, poll("Vary", "Origin"), running, ""},
		{"not described and refused", "GET", "/api/nowhere", 404, problemHeader, problem, ""},
		{"another method, refused", "DELETE", statusPath, 405, problemHeader, problem, ""},
		{"no token, says the gateway", "POST", submitPath, 401, headers("Content-Type", "application/json", "WWW-Authenticate", "Bearer"), `{"message":"Unauthorized"}`, ""},
		{"no signature, says the gateway", "POST", submitPath, 403, headers("Content-Type", "application/json"), `{"message":"Forbidden"}`, ""},
		{"no part of the API", "GET", "/", 200, nil, "<p>", ""},

		{"a terminal word on a 202", "GET", statusPath, 202, poll(), strings.Replace(running, "Running", "Succeeded", 1), "status"},
		{"a type to guess", "GET", statusPath, 202, headers("Content-Type", "application/json", "Cache-Control", "no-store"), running, "X-Content-Type-Options"},
		{"a member too many", "GET", statusPath, 202, poll(), strings.Replace(running, "{", `{"email":"x",`, 1), "email"},
		{"a member too few", "GET", statusPath, 202, poll(), strings.Replace(running, `"message"`, `"massage"`, 1), "message"},
		{"no zone", "GET", statusPath, 202, poll(), strings.ReplaceAll(running, "00Z", "00+01:00"), "createdTime"},
		{"no Location", "GET", statusPath, 202, headers("Content-Type", "application/json", "Cache-Control", "no-store", "X-Content-Type-Options", "nosniff", "Retry-After", "2", "ETag", `"x"`), running, "Location"},
		{"a fraction", "GET", statusPath, 202, poll("Retry-After", "1.5"), running, "Retry-After"},
		{"no wait", "GET", statusPath, 202, poll("Retry-After", "0"), running, "Retry-After"},
		{"cached", "GET", statusPath, 202, poll("Cache-Control", "max-age=60"), running, "Cache-Control"},
		{"a header that is not described", "GET", statusPath, 202, poll("X-Execution-Arn", "arn:aws:states"), running, "X-Execution-Arn"},
		{"another code", "GET", statusPath, 418, poll(), running, "418"},
		{"another type", "GET", statusPath, 202, poll("Content-Type", "text/html"), running, "text/html"},
		{"another code of a problem", "GET", statusPath, 404, problemHeader, strings.Replace(problem, "NotFound", "Oops", 1), "code"},
		{"the gateway says more", "POST", submitPath, 403, headers("Content-Type", "application/json"), `{"message":"Forbidden","arn":"x"}`, "arn"},
		{"a poll that needs a token", "GET", statusPath, 401, headers("Content-Type", "application/json"), `{"message":"Unauthorized"}`, "401"},
		{"not described and served", "GET", "/api/nowhere", 200, poll(), running, "not described"},
		{"another method, served", "DELETE", statusPath, 200, poll(), running, "not described"},
		{"an id that cannot be", "GET", "/api/status/1", 202, poll(), running, "id"},
		{"a parameter that cannot be", "GET", statusPath + "?failureStatus=500", 202, poll(), running, "failureStatus"},
		{"a talk that is none", "POST", "/api/submit", 202, poll(), running, "body"},
	}
	c, err := described()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := httptest.NewRequest(tt.method, tt.path, strings.NewReader(`{"title":""}`))
			req.Header.Set("Content-Type", "application/json")
			res := &http.Response{StatusCode: tt.code, Header: tt.header, Body: body([]byte(tt.body)), Request: req}
			err := c.check(req, res, false)
			if (err != nil) != (tt.want != "") || err != nil && !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(tt.want)) {
				t.Errorf("violation %q, want %v", tt.want, err)
			}
		})
	}
}

// The description is itself what OpenAPI 3.1 asks for.
func TestDescription(t *testing.T) {
	c, err := described()
	if err != nil {
		t.Fatal(err)
	}
	if _, found := c.requests.ValidateDocument(); len(found) > 0 {
		t.Error(join(found))
	}
	if _, err := newChecker([]byte("openapi: [")); err == nil {
		t.Error("what is no description is accepted")
	}
}
