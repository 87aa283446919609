package functions

import (
	"errors"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Start serves one function in Lambda's runtime and does not return. errs are
// the errors of making c. A function that cannot start says why in its log,
// and ends; Lambda then answers its invocations with an error.
func Start(newHandler Maker, c Config, errs ...error) {
	if c.Log == nil {
		c.Log = lambdacontext.NewLogger()
	}
	handler, err := begin(newHandler, c, errs...)
	if err != nil {
		c.Log.Error("cannot start", "function", lambdacontext.FunctionName, "error", err.Error())
		os.Exit(1)
	}
	lambda.Start(handler)
}

// begin makes the handler and connects to what every invocation calls.
func begin(newHandler Maker, c Config, errs ...error) (lambda.Handler, error) {
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	made, err := newHandler(c)
	if err != nil {
		return nil, err
	}
	if h, ok := made.(handler); ok {
		warmAll(c.Log, h.calls)
	}
	return made, nil
}
