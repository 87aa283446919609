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
)

// checkResponse holds what is true of every response.
func checkResponse(t *testing.T, r response) {
	t.Helper()
	if got := r.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
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
		checkSubmission(t, r)
	case "application/problem+json":
		checkProblem(t, r)
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
		if err != nil || seconds < 1 || seconds > 20 {
			t.Errorf("Retry-After %q", r.Header.Get("Retry-After"))
		}
	}
	location := r.Header.Get("Location")
	if location != r.Header.Get("Operation-Location") {
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
	want := []string{"createdTime", "customStatus", "id", "lastUpdatedTime", "message", "status"}
	if body["status"] == "Failed" {
		want = []string{"createdTime", "customStatus", "error", "id", "lastUpdatedTime", "message", "status"}
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
		Status                        json.RawMessage // see api.Problem
		Error                         struct{ Code, Message string }
	}
	if err := json.Unmarshal([]byte(r.text), &body); err != nil {
		t.Fatal(err)
	}
	if body.Type != "about:blank" || body.Title == "" || body.Detail == "" || body.Instance == "" ||
		body.Status != nil || body.Title != http.StatusText(r.StatusCode) || body.Error.Code == "" || body.Error.Message == "" {
		t.Errorf("problem %s", r.text)
	}
}
