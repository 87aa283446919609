// Package lambdahttp translates between API Gateway's HTTP API events (payload
// format 2.0) and the pattern in async, both ways, and does nothing else.
package lambdahttp

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"example.org/asynchttpapi/async"
)

// Config is what the handlers need. Fields without a word about their zero
// value must be set.
type Config struct {
	Service *async.Service
	// BaseURL is what status URLs begin with, such as https://api.example.org,
	// without a slash at the end. If empty, they begin with the gateway's own
	// domain name and stage.
	BaseURL string
	// Origins may call from a browser (CORS); "*" lets all. None if empty.
	Origins []string
	// MaxBody bounds a submission in bytes; 64 KiB if 0.
	MaxBody int
	// Margin is how long before its deadline a handler gives up, so that it can
	// still take back what is half-made and answer; 2.5 seconds if 0.
	Margin time.Duration
	// Scope names the caller of a request, for whom Idempotency-Keys have a
	// meaning; Caller if nil.
	Scope func(events.APIGatewayV2HTTPRequest) string
	// Log gets a line for each request that failed by no fault of the client;
	// slog.Default if nil.
	Log *slog.Logger
}

// Func is a handler for lambda.NewHandler. Its error is always nil: whatever
// goes wrong is a response.
type Func func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)

// Submit is the handler of the function behind /api/submit.
func Submit(c Config) (Func, error) { return newFunc(c, submitResource, (*exchange).submit) }

// Status is the handler of the function behind /api/status/{id} and, as it has
// the fewest rights, of all paths that do not exist.
func Status(c Config) (Func, error) { return newFunc(c, statusResource, (*exchange).status) }

func newFunc(c Config, own *resource, answer func(*exchange) response) (Func, error) {
	if c.Service == nil {
		return nil, errors.New("lambdahttp: Service must be set")
	}
	if err := CheckBaseURL(c.BaseURL); err != nil {
		return nil, err
	}
	c.setDefaults()
	f := front{Config: c, own: own, answer: answer}
	return f.serve, nil
}

func (c *Config) setDefaults() {
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	if c.MaxBody == 0 {
		c.MaxBody = 64 << 10
	}
	if c.Margin == 0 {
		c.Margin = 2500 * time.Millisecond
	}
	if c.Scope == nil {
		c.Scope = Caller
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
}
