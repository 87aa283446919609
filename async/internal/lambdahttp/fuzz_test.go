package lambdahttp_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

// noFault fails the test for what no input may cause.
func noFault(t *testing.T, r events.APIGatewayV2HTTPResponse) {
	t.Helper()
	if r.StatusCode < 200 || r.StatusCode >= 500 {
		t.Errorf("%d %s", r.StatusCode, r.Body)
	}
	if !strings.HasPrefix(r.Headers["Content-Type"], "text/html") && r.Body != "" && !json.Valid([]byte(r.Body)) {
		t.Errorf("the body is not JSON: %q", r.Body)
	}
	for name, value := range r.Headers {
		for _, c := range []byte(value) {
			if c < ' ' || c > '~' {
				t.Errorf("header %s: %q", name, value)
				break
			}
		}
	}
}

func FuzzSubmitBody(f *testing.F) {
	for _, body := range []string{
		`{"name":"x"}`, `{"NAME":"x","name":"y"}`, `{"name":7}`, `[]`, `null`, ``, `{"name":"\ud800"}`, "\xff", `{"a":[[[[{}]]]]}`, `{"name":1e999}`,
	} {
		f.Add(body, false)
		f.Add(body, true)
	}
	w := newFixture(f, nil)
	f.Fuzz(func(t *testing.T, body string, isBase64 bool) {
		e := submission(body)
		e.IsBase64Encoded = isBase64
		noFault(t, call(t, w.submit, e))
	})
}

func FuzzIdempotencyKey(f *testing.F) {
	for _, key := range []string{`"key"`, "key", `"a\"b"`, `"unfinished`, `"a";b=1`, `"a", "b"`, "ü", "\x00", `:YQ==:`, "1.5", "?1", "@1"} {
		f.Add(key)
	}
	w := newFixture(f, nil)
	f.Fuzz(func(t *testing.T, key string) {
		e := submission(`{"name":"x"}`)
		e.Headers["idempotency-key"] = key
		first := call(t, w.submit, e)
		noFault(t, first)
		if again := call(t, w.submit, e); first.StatusCode != again.StatusCode {
			t.Errorf("%d, then %d", first.StatusCode, again.StatusCode)
		}
	})
}

func FuzzPrefer(f *testing.F) {
	for _, prefer := range []string{"wait=1", `wait="2"`, "respond-async; a=b, wait=99999999999", `x="\`, ";;,,==", "wait=-1", "WAIT=0x1"} {
		f.Add(prefer)
	}
	w := newFixture(f, nil)
	f.Fuzz(func(t *testing.T, prefer string) {
		e := submission(`{"name":"x"}`)
		e.Headers["prefer"] = prefer
		r := call(t, w.submit, e)
		noFault(t, r)
		if r.StatusCode != 202 {
			t.Errorf("a preference made it %d", r.StatusCode)
		}
	})
}

// FuzzEvent gives whole events to all functions as the Lambda runtime does.
func FuzzEvent(f *testing.F) {
	whole, err := json.Marshal(submission(`{"name":"x"}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"rawPath":"/api/status/x","requestContext":{"http":{"method":"GET"}}}`))
	f.Add([]byte(`{"routeKey":"GET /api/status/{id}","pathParameters":{"id":"../x"},"requestContext":{"stage":"","http":{"method":"HEAD"}}}`))
	f.Add([]byte(`{"headers":null,"body":null,"isBase64Encoded":true,"requestContext":{"http":{"method":"OPTIONS"}},"rawPath":"/api/submit"}`))
	f.Add([]byte(`{"routeKey":"ANY /api/callback/{secret}/heartbeat","rawPath":"/x","requestContext":{"http":{"method":"POST"}}}`))
	f.Add([]byte(`{"rawPath":"/api/callback/aaaaaaaaaaaaaaaaaaaaaaaaaa","headers":{"accept":"text/html","content-type":"application/x-www-form-urlencoded"},` +
		`"body":"a=%zz","requestContext":{"http":{"method":"POST"}}}`))
	f.Add([]byte(`{"rawPath":"/api/cancel/aaaaaaaaaaaaaaaaaaaaaaaaaa","requestContext":{"http":{"method":"DELETE"}}}`))
	f.Add([]byte(`{"rawPath":"/api/result/x","queryStringParameters":{"wait":"9","failureStatus":"409"},"requestContext":{"http":{"method":"GET"}}}`))
	f.Add([]byte(`{"queryStringParameters":{"failureStatus":"409"},"rawPath":"/api/submit"}`))
	w := newFixture(f, nil)
	var handlers []lambda.Handler
	for _, function := range w.all {
		handlers = append(handlers, lambda.NewHandler(function))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		for _, h := range handlers {
			answer, err := h.Invoke(t.Context(), payload)
			if err != nil {
				continue // not an event: the runtime refuses it before any code of ours
			}
			var r events.APIGatewayV2HTTPResponse
			if err := json.Unmarshal(answer, &r); err != nil {
				t.Fatal(err)
			}
			noFault(t, r)
		}
	})
}
