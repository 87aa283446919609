package lambdahttp_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/lambdahttp"
)

// errand is the input of the least job there can be.
type errand struct {
	Name string `json:"name"`
}

func (e *errand) Validate() []api.FieldError {
	if e.Name == "" {
		return []api.FieldError{{Pointer: "/name", Detail: "is required"}}
	}
	return nil
}

func job() async.Definition {
	return async.Job[errand, async.None]{
		Name: "errands",
		Stages: []async.Stage[errand, async.None]{{Name: "Walking", Message: "An errand.",
			Do: func(context.Context, *async.Run[errand, async.None]) (async.Outcome, error) {
				return async.Continue, nil
			}}},
		Done:     async.End{Outcome: "Done", Message: "It is done."},
		Validate: (*errand).Validate,
	}
}

// fixture is both functions over one fake Store.
type fixture struct {
	submit, status lambdahttp.Func
	// all are all functions.
	all   []lambdahttp.Func
	store *asynctest.Store
}

func newFixture(t testing.TB, change func(*lambdahttp.Config)) *fixture {
	t.Helper()
	w := &fixture{store: &asynctest.Store{}}
	service, err := async.New(async.Config{
		Job: job(), Store: w.store, Workflows: &asynctest.Workflows{}, Retention: 24 * time.Hour, Cancelable: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	c := lambdahttp.Config{Service: service, Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&c)
	}
	for _, newFunc := range []func(lambdahttp.Config) (lambdahttp.Func, error){
		lambdahttp.Submit, lambdahttp.Status, lambdahttp.Result, lambdahttp.Cancel, lambdahttp.Callback,
	} {
		f, err := newFunc(c)
		if err != nil {
			t.Fatal(err)
		}
		w.all = append(w.all, f)
	}
	w.submit, w.status = w.all[0], w.all[1]
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
