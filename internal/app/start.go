package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// warmTime bounds the connecting ahead of the first call, which Lambda bills.
const warmTime = time.Second

// Start serves one function in Lambda's runtime and does not return. errs are
// the errors of making c. A function that cannot start says why in its log,
// and ends; Lambda then answers its invocations with an error.
func Start(function string, c Config, errs ...error) {
	if c.Log == nil {
		c.Log = lambdacontext.NewLogger()
	}
	handler, err := begin(function, c, errs...)
	if err != nil {
		c.Log.Error("cannot start", "function", function, "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(handler)
}

// begin makes the handler and connects to what it depends on.
func begin(function string, c Config, errs ...error) (lambda.Handler, error) {
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	handler, err := Handler(function, c)
	if err != nil {
		return nil, err
	}
	warm(c.Log, c.Store)
	warm(c.Log, c.Workflows)
	return handler, nil
}

// warm connects an adapter that can be connected. Failing is no reason to give
// up: the first call tries again.
func warm(log *slog.Logger, adapter any) {
	w, ok := adapter.(interface{ Warm(context.Context) error })
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), warmTime)
	defer cancel()
	if err := w.Warm(ctx); err != nil {
		log.Warn("not connected ahead of the first call", "error", err.Error())
	}
}
