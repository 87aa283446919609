package client_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

type transport func(*http.Request) *http.Response

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

// Whatever the answer to a poll: no panic, a bounded delay, a URL at a trusted
// origin, no state without a known status word, and errors of bounded length.
func FuzzAnswer(f *testing.F) {
	f.Add(202, body(api.Running, "Moderation"), "/api/status/a1", "2", "application/json", `"1"`)
	f.Add(200, body(api.Succeeded, "Approved"), "", "", "application/json", "")
	f.Add(409, failedBody, "http://evil.example", "-1", "application/problem+json", `W/""`)
	f.Add(404, `{"title":"Not Found","errors":[{"pointer":"/x"}]}`, "//x", "0", "application/problem+json", "x")
	f.Add(302, "", "http://h.example/%zz", "Fri, 31 Dec 9999 23:59:59 GMT", "", "")
	f.Fuzz(func(t *testing.T, code int, body, location, retryAfter, contentType, etag string) {
		if code < 200 || code > 999 {
			return
		}
		answer := transport(func(r *http.Request) *http.Response {
			if r.URL.Scheme != "http" || r.URL.Host != "h.example" {
				t.Fatalf("asked %s", r.URL)
			}
			return &http.Response{
				StatusCode: code, Body: io.NopCloser(strings.NewReader(body)), Request: r,
				Header: http.Header{"Location": {location}, "Retry-After": {retryAfter}, "Content-Type": {contentType}, "Etag": {etag}},
			}
		})
		c, err := client.New[json.RawMessage](client.Config{
			BaseURL: "http://h.example", HTTPClient: &http.Client{Transport: answer}, Sleep: atOnce, MaxBody: 10_000,
		})
		if err != nil {
			t.Fatal(err)
		}
		s, err := c.Status(context.Background(), "a1")
		switch {
		case err != nil && len(err.Error()) > 10_000:
			t.Errorf("an error of %d bytes", len(err.Error()))
		case err == nil && (s.ID != "a1" || !strings.HasPrefix(s.URL, "http://h.example/") && s.URL != "http://h.example"):
			t.Errorf("state %+v", s)
		case err == nil && s.Done() != (s.RetryAfter == 0), s.RetryAfter > 10*time.Minute:
			t.Errorf("status %q with a delay of %v", s.Status, s.RetryAfter)
		}
	})
}
