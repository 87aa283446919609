package lambdahttp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	// are in it are the permissions that it is given.
	answer func(*exchange) response
}

// exchange is one request on its way to a response.
type exchange struct {
	*front
	ctx context.Context
	req events.APIGatewayV2HTTPRequest
	// name is the id or the secret in the path, and sub the part after it.
	name, sub string
}

func (f *front) serve(ctx context.Context, req events.APIGatewayV2HTTPRequest) (out events.APIGatewayV2HTTPResponse, _ error) {
	ctx, cancel := f.inTime(ctx)
	defer cancel()
	x := &exchange{front: f, ctx: ctx, req: req}
	x.ctx = trace.NewContext(ctx, trace.Of(x.header("traceparent"), x.header("X-Amzn-Trace-Id")))
	defer func() {
		if reason := recover(); reason != nil {
			out = x.finish(x.panicked(reason))
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
	r.set("X-Content-Type-Options", "nosniff")
	x.allowOrigin(&r)
	out := events.APIGatewayV2HTTPResponse{StatusCode: r.status, Headers: r.header}
	if x.req.RequestContext.HTTP.Method != http.MethodHead {
		out.Body = string(r.body)
	}
	return out
}

const internalDetail = "The request could not be handled."

// requestError returns err as what can be answered.
func requestError(err error) *async.RequestError {
	if e := (*async.RequestError)(nil); errors.As(err, &e) {
		return e
	}
	return &async.RequestError{Code: api.CodeInternal, Detail: internalDetail, Op: "handler", Cause: err}
}

// fail turns an error into a problem, and logs it if the client is not to
// blame.
func (x *exchange) fail(err error) response {
	e := requestError(err)
	r := x.problem(e)
	if r.status == http.StatusUnauthorized {
		r.set("WWW-Authenticate", challenge)
	}
	attrs := []slog.Attr{slog.String("code", e.Code), slog.String("op", e.Op), slog.String("reason", async.Reason(e.Cause)), x.requestID()}
	switch {
	case r.status >= http.StatusInternalServerError:
		x.Failed(x.ctx, attrs...)
	case e.Op != "":
		x.Log.LogAttrs(x.ctx, slog.LevelWarn, "request refused", attrs...)
	}
	return r
}

func (x *exchange) requestID() slog.Attr {
	return slog.String("apiRequestId", x.req.RequestContext.RequestID)
}

// panicked answers a request whose handling panicked. The value is logged only
// if it is the runtime's own: any other may hold a request's content.
func (x *exchange) panicked(reason any) response {
	what := fmt.Sprintf("%T", reason)
	if fault, ok := reason.(runtime.Error); ok {
		what = fault.Error()
	}
	x.Failed(x.ctx, slog.String("code", api.CodeInternal), slog.String("op", "panic"), slog.String("reason", what),
		slog.String("stack", string(debug.Stack())), x.requestID())
	return x.problem(&async.RequestError{Code: api.CodeInternal, Detail: internalDetail})
}
