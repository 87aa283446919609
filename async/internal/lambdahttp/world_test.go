package lambdahttp_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/lambdahttp"
)

// errand is the least work there can be: an object with a name.
type errand struct{}

func (errand) Accept(body []byte) (json.RawMessage, []api.FieldError) {
	var in struct{ Name string }
	if json.Unmarshal(body, &in) != nil || in.Name == "" {
		return nil, []api.FieldError{{Pointer: "/name", Detail: "is required"}}
	}
	payload, err := json.Marshal(in)
	if err != nil {
		return nil, []api.FieldError{{Detail: err.Error()}}
	}
	return payload, nil
}

func (errand) Words(e async.Event, _ async.State) async.Words {
	return async.Words{CustomStatus: string(e), Message: "An errand."}
}

func (errand) Remaining(string) time.Duration { return 0 }

// world is both functions over one fake Store.
type world struct {
	submit, status lambdahttp.Func
	store          *asynctest.Store
	clock          *asynctest.Clock
}

func newWorld(t testing.TB, change func(*lambdahttp.Config)) *world {
	t.Helper()
	w := &world{store: &asynctest.Store{}, clock: asynctest.NewClock(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))}
	service, err := async.New(async.Config{
		Store: w.store, Workflows: &asynctest.Workflows{}, Work: errand{}, Clock: w.clock,
		Lifetime: time.Hour, Retention: 24 * time.Hour, MaxWait: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	c := lambdahttp.Config{Service: service, Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&c)
	}
	if w.submit, err = lambdahttp.Submit(c); err != nil {
		t.Fatal(err)
	}
	if w.status, err = lambdahttp.Status(c); err != nil {
		t.Fatal(err)
	}
	return w
}

// event is a request as API Gateway sends it.
func event(method, path string) events.APIGatewayV2HTTPRequest {
	e := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: "$default", RawPath: path, Headers: map[string]string{}}
	e.RequestContext.DomainName = "abc123.execute-api.eu-west-1.amazonaws.com"
	e.RequestContext.Stage = "$default"
	e.RequestContext.HTTP.Method, e.RequestContext.HTTP.Path = method, path
	return e
}

func submission(body string) events.APIGatewayV2HTTPRequest {
	e := event("POST", "/api/submit")
	e.RouteKey = "ANY /api/submit"
	e.Headers["content-type"] = "application/json"
	e.Body = body
	return e
}

func call(t testing.TB, f lambdahttp.Func, e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	t.Helper()
	return callIn(t.Context(), t, f, e)
}

func callIn(ctx context.Context, t testing.TB, f lambdahttp.Func, e events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	t.Helper()
	r, err := f(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
