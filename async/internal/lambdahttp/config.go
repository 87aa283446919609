// Package lambdahttp translates between API Gateway's HTTP API events (payload
// format 2.0) and a Service, both ways, and does nothing else.
package lambdahttp

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"example.org/asynchttpapi/async"
)

// Config is what the handlers need. Fields without a word about their zero
// value must be set.
type Config struct {
	Service *async.Service
	// BaseURL is what URLs begin with, such as https://api.example.org, without
	// a slash at the end. If empty, they begin with the gateway's own domain
	// name and stage.
	BaseURL string
	// Origins may call from a browser (CORS); "*" lets all. None if empty.
	Origins []string
	// FailureStatus is the status code of a failed submission where the client
	// has chosen none: 200 or 409; 200 if 0.
	FailureStatus int
	// MaxBody bounds a body in bytes; DefaultMaxBody if 0.
	MaxBody int
	// Margin is how long before its deadline a handler gives up, so that it can
	// still take back what is half-made and answer; 2.5 seconds if 0.
	Margin time.Duration
	// Scope identifies the caller of a request, in whom Idempotency-Keys are
	// unique; "" for an anonymous one. Caller if nil.
	Scope func(events.APIGatewayV2HTTPRequest) string
	// Keys are the API keys that are taken beside the gateway's authorizers. With
	// none, the header x-api-key means nothing.
	Keys Keys
	// SendFile names the response's field by which whoever calls the handlers
	// can be made to serve a file: the key of a large result that has no URL.
	// There is none if empty.
	SendFile string
	// Log gets a line for each request that failed by no fault of the client;
	// slog.Default if nil.
	Log *slog.Logger
	// Failed is called for every request that is answered with a status of 500
	// or more, with what may be logged of it; it is logged if nil.
	Failed func(ctx context.Context, attrs ...slog.Attr)
}

// DefaultMaxBody is Config.MaxBody if it is 0.
const DefaultMaxBody = 64 << 10

// Func is a handler for lambda.NewHandler. Its error is always nil: whatever
// goes wrong is a response.
type Func func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)

// Submit returns the handler of the function behind api.SubmitPath.
func Submit(c Config) (Func, error) { return newFunc(c, submitResource, (*exchange).submit) }

// Status returns the handler of the function behind api.StatusPath and, as it
// has the fewest permissions, of all paths that do not exist.
func Status(c Config) (Func, error) { return newFunc(c, statusResource, (*exchange).status) }

// Result returns the handler of the function behind api.ResultPath.
func Result(c Config) (Func, error) { return newFunc(c, resultResource, (*exchange).result) }

// Cancel returns the handler of the function behind api.CancelPath.
func Cancel(c Config) (Func, error) { return newFunc(c, cancelResource, (*exchange).cancel) }

// Completions returns the handler of the function behind api.CompletionsPath.
func Completions(c Config) (Func, error) {
	return newFunc(c, completionsResource, (*exchange).completions)
}

// Callback returns the handler of the function behind api.CallbackPath.
func Callback(c Config) (Func, error) { return newFunc(c, callbackResource, (*exchange).callback) }

func newFunc(c Config, own *resource, answer func(*exchange) response) (Func, error) {
	if c.Service == nil {
		return nil, errors.New("lambdahttp: Service must be set")
	}
	if err := CheckBaseURL(c.BaseURL); err != nil {
		return nil, err
	}
	c.setDefaults()
	if c.FailureStatus != http.StatusOK && c.FailureStatus != http.StatusConflict {
		return nil, errors.New("lambdahttp: FailureStatus must be 200 or 409")
	}
	if err := c.Keys.check(); err != nil {
		return nil, err
	}
	f := front{Config: c, own: own, answer: answer}
	return f.serve, nil
}

func (c *Config) setDefaults() {
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	c.FailureStatus = cmp.Or(c.FailureStatus, http.StatusOK)
	c.MaxBody = cmp.Or(c.MaxBody, DefaultMaxBody)
	c.Margin = cmp.Or(c.Margin, 2500*time.Millisecond)
	if c.Scope == nil {
		c.Scope = Caller
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Failed == nil {
		log := c.Log
		c.Failed = func(ctx context.Context, attrs ...slog.Attr) {
			log.LogAttrs(ctx, slog.LevelError, "request failed", attrs...)
		}
	}
}
