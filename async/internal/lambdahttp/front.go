package lambdahttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/trace"
)

// front is one function's handler.
type front struct {
	Config
	own *resource
	// answer serves own. A binary links what it alone needs: the calls that
	// are in it are the rights that it is given.
	answer func(*exchange) response
}

// exchange is one request on its way to a response.
type exchange struct {
	*front
	ctx context.Context
	req events.APIGatewayV2HTTPRequest
	// id is the last part of a status path.
	id string
}

func (f *front) serve(ctx context.Context, req events.APIGatewayV2HTTPRequest) (out events.APIGatewayV2HTTPResponse, _ error) {
	ctx, cancel := f.inTime(ctx)
	defer cancel()
	x := &exchange{front: f, ctx: ctx, req: req}
	x.ctx = trace.NewContext(ctx, trace.Of(x.header("traceparent"), x.header("X-Amzn-Trace-Id")))
	defer func() {
		if reason := recover(); reason != nil {
			x.logPanic(reason)
			out = x.finish(x.problem(&async.Failure{Code: api.CodeInternal, Detail: "The request could not be handled."}))
		}
	}()
	return x.finish(x.route()), nil
}

// inTime moves the context's deadline forward by Margin, or to half of what is
// left where that is less.
func (f *front) inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-min(f.Margin, time.Until(end)/2)))
}

// finish adds what every response carries.
func (x *exchange) finish(r response) events.APIGatewayV2HTTPResponse {
	r.set("Cache-Control", "no-store")
	x.allowOrigin(&r)
	out := events.APIGatewayV2HTTPResponse{StatusCode: r.status, Headers: r.header}
	if x.req.RequestContext.HTTP.Method != http.MethodHead {
		out.Body = string(r.body)
	}
	return out
}

// fail turns an error into a problem, and logs it if the client is not to
// blame.
func (x *exchange) fail(err error) response {
	var f *async.Failure
	if !errors.As(err, &f) {
		f = &async.Failure{Code: api.CodeInternal, Detail: "The request could not be handled.", Op: "handler", Cause: err}
	}
	if f.Op != "" {
		x.Log.ErrorContext(x.ctx, "request failed", "code", f.Code, "op", f.Op, "reason", f.Reason(),
			"apiRequestId", x.req.RequestContext.RequestID)
	}
	return x.problem(f)
}

// logPanic tells where, and what only if the runtime says it: any other value
// may hold a request's content.
func (x *exchange) logPanic(reason any) {
	stack := debug.Stack()
	if carried, ok := reason.(async.Panic); ok {
		reason, stack = carried.Reason, carried.Stack
	}
	what := fmt.Sprintf("%T", reason)
	if fault, ok := reason.(runtime.Error); ok {
		what = fault.Error()
	}
	x.Log.ErrorContext(x.ctx, "panic", "reason", what, "stack", string(stack),
		"apiRequestId", x.req.RequestContext.RequestID)
}
