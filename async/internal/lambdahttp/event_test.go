package lambdahttp_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/lambdahttp"
)

type request = events.APIGatewayV2HTTPRequest

const gateway = "https://abc123.execute-api.eu-west-1.amazonaws.com"

// Location is made of what is configured or of what the gateway says of
// itself, whatever the caller says.
func TestLocation(t *testing.T) {
	tests := []struct {
		name, base, want string
		change           func(*request)
	}{
		{"the gateway's", "", gateway, func(*request) {}},
		{"with a stage", "", gateway + "/prod", func(e *request) {
			e.RequestContext.Stage, e.RawPath = "prod", "/prod/api/submit"
		}},
		{"configured", "https://api.example.org/talks", "https://api.example.org/talks", func(*request) {}},
		{"configured with a slash", "http://127.0.0.1:3000/", "http://127.0.0.1:3000", func(*request) {}},
		{"configured with an escape and slashes", "https://[::1]:8080/a%20b//", "https://[::1]:8080/a%20b", func(*request) {}},
		{"forwarded", "", gateway, func(e *request) {
			e.Headers["host"], e.Headers["forwarded"] = "evil.example", "host=evil.example;proto=http"
			e.Headers["x-forwarded-host"], e.Headers["x-forwarded-proto"] = "evil.example", "http"
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(c *lambdahttp.Config) { c.BaseURL = tt.base })
			e := submission(`{"name":"x"}`)
			tt.change(&e)
			r := call(t, w.submit, e)
			want := tt.want + api.StatusPath + w.store.IDs()[0]
			if r.StatusCode != 202 || r.Headers["Location"] != want || r.Headers["Operation-Location"] != want {
				t.Errorf("%d, Location %q, want %q", r.StatusCode, r.Headers["Location"], want)
			}
		})
	}
}

func TestBaseURLIsChecked(t *testing.T) {
	for _, base := range []string{
		"api.example.org", "/api", "ftp://x", "https://", "https://u:p@x", "https://x?y", "https://x#y", ":",
		"https://x?", "https://x/#", "https://:443", "https://x:99999", "https://x/a b", "https://bücher.example", "https://x/ü",
	} {
		if _, err := lambdahttp.Status(lambdahttp.Config{Service: &async.Service{}, BaseURL: base}); err == nil {
			t.Errorf("%q is accepted", base)
		}
	}
	if _, err := lambdahttp.Status(lambdahttp.Config{}); err == nil {
		t.Error("no Service is accepted")
	}
}

// Requests come in the shapes of several gateways.
func TestShapesOfEvents(t *testing.T) {
	tests := []struct {
		name   string
		status int
		change func(*request)
	}{
		{"sam local: names in title case", 202, func(e *request) {
			e.Headers = map[string]string{"Content-Type": "application/json"}
		}},
		{"sam local: a stage that the path lacks", 202, func(e *request) { e.RequestContext.Stage = "local" }},
		{"base64", 202, func(e *request) {
			e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(e.Body)), true
		}},
		{"bad base64", 400, func(e *request) { e.Body, e.IsBase64Encoded = "{}{}", true }},
		{"long base64", 413, func(e *request) {
			e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(make([]byte, 64<<10+1)), true
		}},
		{"longest base64", 400, func(e *request) {
			e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(make([]byte, 64<<10)), true
		}},
		{"UTF-8 as many write it", 202, func(e *request) { e.Headers["content-type"] = "application/json; charset=UTF8" }},
		{"catch-all route", 202, func(e *request) { e.RouteKey = "$default" }},
		{"no route key", 202, func(e *request) { e.RouteKey = "" }},
		{"an API mapping before the path", 202, func(e *request) { e.RawPath = "/v1/api/submit" }},
		{"another function's path", 404, func(e *request) {
			e.RouteKey, e.RawPath, e.RequestContext.HTTP.Method = "", api.StatusPath+"x", "GET"
		}},
		{"an empty event", 404, func(e *request) { *e = request{} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil)
			e := submission(`{"name":"x"}`)
			tt.change(&e)
			if r := call(t, w.submit, e); r.StatusCode != tt.status {
				t.Errorf("%d %s", r.StatusCode, r.Body)
			}
		})
	}
}

func TestIDOfEvents(t *testing.T) {
	w := newWorld(t, nil)
	call(t, w.submit, submission(`{"name":"x"}`))
	id := w.store.IDs()[0]
	tests := []struct {
		name   string
		status int
		change func(*request)
	}{
		{"path parameter", 202, func(e *request) {
			e.RouteKey, e.RawPath, e.PathParameters = "ANY /api/status/{id}", "/v1/api/status/"+id, map[string]string{"id": id}
		}},
		{"path alone", 202, func(e *request) { e.RouteKey, e.RawPath = "GET /api/status/{id}", api.StatusPath+id }},
		{"catch-all route", 202, func(e *request) { e.RawPath = api.StatusPath + id }},
		{"after a stage", 202, func(e *request) { e.RequestContext.Stage, e.RawPath = "prod", "/prod"+api.StatusPath+id }},
		{"in capitals", 404, func(e *request) { e.RawPath = api.StatusPath + strings.ToUpper(id) }},
		{"with a slash", 404, func(e *request) { e.RawPath = api.StatusPath + id + "/" }},
		{"too long", 404, func(e *request) { e.RawPath = api.StatusPath + id + "a" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := event("GET", "/")
			tt.change(&e)
			if r := call(t, w.status, e); r.StatusCode != tt.status {
				t.Errorf("%d %s", r.StatusCode, r.Body)
			}
		})
	}
}

func TestOrigins(t *testing.T) {
	tests := []struct {
		origins []string
		origin  string
		want    string
	}{
		{nil, "https://page.example", ""},
		{[]string{"*"}, "https://page.example", "*"},
		{[]string{"*"}, "", "*"},
		{[]string{"https://page.example"}, "https://page.example", "https://page.example"},
		{[]string{"https://page.example"}, "https://other.example", ""},
		{[]string{"https://page.example"}, "", ""},
	}
	for _, tt := range tests {
		w := newWorld(t, func(c *lambdahttp.Config) { c.Origins = tt.origins })
		e := event("GET", api.StatusPath+"x")
		if tt.origin != "" {
			e.Headers["origin"] = tt.origin
		}
		r := call(t, w.status, e)
		if got := r.Headers["Access-Control-Allow-Origin"]; got != tt.want {
			t.Errorf("%v asked by %q: %q, want %q", tt.origins, tt.origin, got, tt.want)
		}
		if exposed := r.Headers["Access-Control-Expose-Headers"] != ""; exposed != (tt.want != "") {
			t.Errorf("%v asked by %q: headers exposed: %v", tt.origins, tt.origin, exposed)
		}
	}
}

// Keys of one caller mean nothing to another.
func TestScope(t *testing.T) {
	w := newWorld(t, nil)
	ids := map[string]bool{}
	for _, authorizer := range []*events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
		nil,
		{JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: map[string]string{"iss": "i", "sub": "a"}}},
		{JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: map[string]string{"iss": "i", "sub": "b"}}},
		{IAM: &events.APIGatewayV2HTTPRequestContextAuthorizerIAMDescription{UserARN: "arn:aws:iam::1:user/a"}},
	} {
		for range 2 {
			e := submission(`{"name":"x"}`)
			e.Headers["idempotency-key"] = "key"
			e.RequestContext.Authorizer = authorizer
			var s api.Submission
			r := call(t, w.submit, e)
			if err := json.Unmarshal([]byte(r.Body), &s); err != nil || r.StatusCode != 202 {
				t.Fatalf("%d %s", r.StatusCode, r.Body)
			}
			ids[s.ID] = true
		}
	}
	if len(ids) != 4 {
		t.Errorf("%d submissions of 4 callers", len(ids))
	}
}
