package apigateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"example.org/asynchttpapi/api"
)

// errPanic says that a handler panicked: in the Lambda runtime, the process
// ends then and the gateway answers as for any failed function.
var errPanic = errors.New("the handler panicked")

// invoke runs a function like an invocation on AWS: it goes on although the
// client has left, has a deadline, and is answered for when it ends too late.
func (g *Gateway) invoke(ctx context.Context, h lambda.Handler, requestID string, payload []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.Timeout)
	defer cancel()
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: requestID})
	type result struct {
		payload []byte
		err     error
	}
	done := make(chan result, 1)
	g.invocations.Go(func() {
		a := result{err: errPanic}
		defer func() {
			if reason := recover(); reason != nil {
				a = result{err: fmt.Errorf("%w with a %T", errPanic, reason)}
			}
			done <- a
		}()
		a.payload, a.err = h.Invoke(ctx, payload)
	})
	select {
	case a := <-done:
		return a.payload, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fail answers for a function that did not.
func (g *Gateway) fail(w http.ResponseWriter, r *http.Request, requestID string, err error) {
	g.Log.Error("integration failed", "requestId", requestID, "reason", fmt.Sprintf("%T", err), "timeout", errors.Is(err, context.DeadlineExceeded))
	if errors.Is(err, context.DeadlineExceeded) {
		writeProblem(w, r, http.StatusServiceUnavailable, api.CodeUnavailable, "The service did not answer in time.")
		return
	}
	writeProblem(w, r, http.StatusInternalServerError, api.CodeInternal, "The request could not be handled.")
}
