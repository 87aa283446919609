package apigateway_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/internal/golden"
)

// invoke makes a lambda.Handler of a plain function.
type invoke func(ctx context.Context, payload []byte) ([]byte, error)

func (f invoke) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return f(ctx, payload) }

// serve is a gateway with the same handler behind its routes.
func serve(t *testing.T, h lambda.Handler, change func(*apigateway.Config)) *httptest.Server {
	t.Helper()
	c := apigateway.Config{
		DomainName: "gateway.example", Log: slog.New(slog.DiscardHandler),
		Routes: map[string]lambda.Handler{"POST /things": h, "ANY /things/{id}/parts/{part}": h, "$default": h},
	}
	if change != nil {
		change(&c)
	}
	g, err := apigateway.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(nil)
	s.Config = apigateway.NewServer(g)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// The event is what AWS documents for payload format 2.0.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
func TestEvent(t *testing.T) {
	tests := []struct {
		name, method, target, contentType, body string
	}{
		{"event-post", "POST", "/things?a=1&a=2&b=%20c", "application/json", `{"x":"ü"}`},
		{"event-binary", "POST", "/things", "application/octet-stream", "\x00\xff"},
		{"event-broken-text", "POST", "/things", "application/json", "{\"x\":\"\xff\"}"},
		{"event-path", "DELETE", "/things/a%20b/parts/7", "", ""},
		{"event-default", "GET", "/elsewhere", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			seen := make(chan []byte, 1)
			s := serve(t, invoke(func(_ context.Context, payload []byte) ([]byte, error) {
				seen <- payload
				return []byte(`{"statusCode":204}`), nil
			}), nil)
			req, err := http.NewRequest(tt.method, s.URL+tt.target, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Host = "caller.example"
			req.Header = http.Header{
				"User-Agent": {"test"}, "Content-Type": {tt.contentType}, "X-Twice": {"one", "two"},
				"Cookie": {"a=1; b=2"}, "Accept-Encoding": {"identity"},
			}
			resp, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			compareEvent(t, tt.name, <-seen)
		})
	}
}

var (
	requestID = regexp.MustCompile(`"requestId": "[A-Z2-7]{16}"`)
	eventTime = regexp.MustCompile(`"time": "\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000",\n\s*"timeEpoch": \d{13}`)
)

func compareEvent(t *testing.T, name string, payload []byte) {
	t.Helper()
	var text bytes.Buffer
	if err := json.Indent(&text, payload, "", "  "); err != nil {
		t.Fatal(err)
	}
	got := requestID.ReplaceAllString(text.String(), `"requestId": "AAAAAAAAAAAAAAAA"`) + "\n"
	got = eventTime.ReplaceAllString(got, `"time": "22/Nov/2026:09:00:00 +0000",
    "timeEpoch": 1795338000000`)
	golden.Compare(t, filepath.Join("testdata", name+".json"), got)
}

// What a function answers becomes HTTP as the payload format says.
func TestAnswer(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString([]byte("\x00\xff"))
	tests := []struct {
		name, answer string
		status       int
		body         string
		header       map[string]string
	}{
		{"whole", `{"statusCode":201,"headers":{"content-type":"text/plain","X-A":"b"},"body":"hello"}`, 201, "hello",
			map[string]string{"Content-Type": "text/plain", "X-A": "b"}},
		{"no status code", `{"hello":"world"}`, 200, `{"hello":"world"}`, map[string]string{"Content-Type": "application/json"}},
		{"a string", `"hello"`, 200, `"hello"`, nil},
		{"base64", `{"statusCode":200,"isBase64Encoded":true,"body":"` + encoded + `"}`, 200, "\x00\xff", nil},
		{"cookies", `{"statusCode":200,"cookies":["a=1"]}`, 200, "", map[string]string{"Set-Cookie": "a=1"}},
		{"several values", `{"statusCode":200,"multiValueHeaders":{"x-a":["b","c"]}}`, 200, "", map[string]string{"X-A": "b"}},
		{"bad base64", `{"statusCode":200,"isBase64Encoded":true,"body":"?"}`, 500, "", nil},
		{"bad status code", `{"statusCode":99}`, 500, "", nil},
		{"not JSON", `{`, 500, "", nil},
		{"wrong types", `{"statusCode":200,"headers":7}`, 500, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, invoke(func(context.Context, []byte) ([]byte, error) { return []byte(tt.answer), nil }), nil)
			r := plainGet(t, s.URL)
			if r.StatusCode != tt.status || tt.status == 200 && r.text != tt.body {
				t.Errorf("%d %q", r.StatusCode, r.text)
			}
			for name, want := range tt.header {
				if got := r.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if tt.status == 500 {
				checkProblem(t, r)
			}
		})
	}
}

// Routes match as API Gateway's do, the most specific first.
func TestRoutes(t *testing.T) {
	route := func(name string) lambda.Handler {
		return invoke(func(_ context.Context, payload []byte) ([]byte, error) {
			var e events.APIGatewayV2HTTPRequest
			if err := json.Unmarshal(payload, &e); err != nil {
				return nil, err
			}
			return json.Marshal(name + " " + e.PathParameters["id"])
		})
	}
	s := serve(t, nil, func(c *apigateway.Config) {
		c.Routes = map[string]lambda.Handler{
			"GET /a/{id}": route("get"), "ANY /a/{id}": route("any"), "ANY /b": route("b"),
		}
	})
	for target, want := range map[string]string{
		"GET /a/1": `"get 1"`, "PUT /a/1": `"any 1"`, "GET /b": `"b "`,
		"GET /a/": "404", "GET /a": "404", "GET /a/1/2": "404", "GET /b/": "404", "GET /": "404",
	} {
		method, path, _ := strings.Cut(target, " ")
		req, err := http.NewRequest(method, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r := roundTrip(t, req)
		if want == "404" {
			if r.StatusCode != 404 {
				t.Errorf("%s: %d", target, r.StatusCode)
			}
			checkProblem(t, r)
			continue
		}
		if r.text != want {
			t.Errorf("%s: %s, want %s", target, r.text, want)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	h := invoke(func(context.Context, []byte) ([]byte, error) { return nil, nil })
	for name, c := range map[string]apigateway.Config{
		"no domain name": {Routes: map[string]lambda.Handler{"$default": h}},
		"no routes":      {DomainName: "d"},
		"no handler":     {DomainName: "d", Routes: map[string]lambda.Handler{"$default": nil}},
		"bad route key":  {DomainName: "d", Routes: map[string]lambda.Handler{"/path": h}},
	} {
		if _, err := apigateway.New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
