package functions

import (
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/lambdahttp"
	"example.org/asynchttpapi/statemachine"
)

// lifetime is how long an execution may take, and a minute for the notification
// of its end.
const lifetime = statemachine.Lifetime + time.Minute

// NewSubmit makes the handler behind /api/submit.
func NewSubmit(c Config) (lambda.Handler, error) {
	return newHTTP(c, lambdahttp.Submit, c.Store, c.Workflows)
}

// NewStatus makes the handler behind /api/status/{id}. It hardly ever asks
// Workflows.
func NewStatus(c Config) (lambda.Handler, error) { return newHTTP(c, lambdahttp.Status, c.Store) }

func newHTTP(c Config, newFunc func(lambdahttp.Config) (lambdahttp.Func, error), calls ...any) (lambda.Handler, error) {
	service, err := newService(c)
	if err != nil {
		return nil, err
	}
	f, err := newFunc(lambdahttp.Config{Service: service, BaseURL: c.BaseURL, Origins: c.Origins, Log: c.Log})
	if err != nil {
		return nil, err
	}
	return handlerOf(f, calls...), nil
}

// newService is the pattern with this domain plugged in.
func newService(c Config) (*async.Service, error) {
	work, err := newWork(c.Settings)
	if err != nil {
		return nil, err
	}
	return async.New(async.Config{
		Store:     c.Store,
		Workflows: c.Workflows,
		Work:      work,
		Report:    c.report(),
		Clock:     c.Clock,
		Lifetime:  lifetime,
		Retention: c.Retention,
		MaxWait:   c.MaxWait,

		WaitInterval: c.WaitInterval,
		WithTimeout:  c.WithTimeout,
	})
}
