package apigateway_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
)

// checkResponse holds what is true of every response.
func checkResponse(t *testing.T, r response) {
	t.Helper()
	if got := r.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
	if got := r.Header.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("X-Content-Type-Options %q", got)
	}
	if r.Request.Method == http.MethodHead || r.text == "" {
		if r.text != "" {
			t.Errorf("a HEAD has a body: %s", r.text)
		}
		checkHeaders(t, r)
		return
	}
	switch kind := r.Header.Get("Content-Type"); kind {
	case "application/json":
		if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Request.URL.Path, api.ResultPath) {
			checkSubmission(t, r)
		}
	case "application/problem+json":
		checkProblem(t, r)
	case "text/html; charset=utf-8":
		checkPage(t, r)
	default:
		t.Errorf("Content-Type %q", kind)
	}
	checkHeaders(t, r)
}

// checkHeaders holds what a 202, a 429 and a 503 owe to pollers.
func checkHeaders(t *testing.T, r response) {
	t.Helper()
	switch r.StatusCode {
	case http.StatusAccepted, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
		if err != nil || seconds < 1 || seconds > 300 {
			t.Errorf("Retry-After %q", r.Header.Get("Retry-After"))
		}
	}
	location := r.Header.Get("Location")
	if location != r.Header.Get("Operation-Location") && r.StatusCode != http.StatusFound {
		t.Errorf("Location %q is not Operation-Location %q", location, r.Header.Get("Operation-Location"))
	}
	if r.StatusCode == http.StatusAccepted && !strings.HasPrefix(location, "https://api.example.org/api/status/") {
		t.Errorf("Location %q", location)
	}
}

func checkSubmission(t *testing.T, r response) {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal([]byte(r.text), &body); err != nil {
		t.Fatal(err)
	}
	want := []string{"createdTime", "customStatus", "id", "lastUpdatedTime", "message", "percentComplete", "status"}
	if body["status"] == "Failed" {
		want = []string{"createdTime", "customStatus", "error", "id", "lastUpdatedTime", "message", "percentComplete", "status"}
	}
	for _, name := range []string{"cancelUrl", "result", "resultUrl"} {
		if url, ok := body[name].(string); ok && name != "result" && !strings.HasPrefix(url, "https://api.example.org/api/") {
			t.Errorf("%s is %q", name, url)
		}
		delete(body, name)
	}
	if got := slices.Sorted(maps.Keys(body)); !slices.Equal(got, want) {
		t.Errorf("members %v, want %v", got, want)
	}
	for _, name := range []string{"createdTime", "lastUpdatedTime"} {
		text, _ := body[name].(string)
		if at, err := time.Parse(time.RFC3339, text); err != nil || at.Location() != time.UTC || !strings.HasSuffix(text, "Z") {
			t.Errorf("%s is %q", name, text)
		}
	}
	terminal := slices.Contains([]any{"Succeeded", "Failed", "Canceled"}, body["status"])
	if terminal == (r.StatusCode == http.StatusAccepted) {
		t.Errorf("status %v with %d", body["status"], r.StatusCode)
	}
}

func checkProblem(t *testing.T, r response) {
	t.Helper()
	var body struct {
		Type, Title, Detail, Instance string
		Error                         struct{ Code, Message string }
	}
	if err := json.Unmarshal([]byte(r.text), &body); err != nil {
		t.Fatal(err)
	}
	if body.Type != "about:blank" || body.Title == "" || body.Detail == "" || body.Instance == "" ||
		strings.Contains(r.text, `"status":`) || body.Error.Code == "" || body.Error.Message == "" {
		t.Errorf("problem %s", r.text)
	}
}

// checkPage holds what is true of every page: it runs nothing, loads nothing and
// lets nothing out.
func checkPage(t *testing.T, r response) {
	t.Helper()
	policy := r.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script") || strings.Contains(r.text, "<script") ||
		strings.Contains(r.text, "//") || r.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("page with the policy %q: %s", policy, r.text)
	}
}
