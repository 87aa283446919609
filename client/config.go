package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"example.org/asynchttpapi/api"
)

// Config says where the API is and how patient a [Client] is. Only BaseURL must
// be set.
type Config struct {
	// BaseURL is where the API lives, with any stage or prefix in its path,
	// such as https://api.example.com/prod. Its origin is trusted.
	BaseURL string

	// SubmitPath, StatusPath and ResultPath are relative to BaseURL. The defaults
	// are /api/submit, /api/status and /api/result; an id is appended to the
	// latter two.
	SubmitPath, StatusPath, ResultPath string

	// HTTPClient makes the requests; nil means one with its own transport,
	// which bounds response headers to 64 KiB. The client copies it, to put
	// its own rule for redirects before the one that is there.
	HTTPClient *http.Client

	// Header goes with every request: credentials, for instance.
	Header http.Header

	// TrustedOrigins are further origins, such as https://status.example.com,
	// that Location and redirects may lead to. They get Header as well.
	TrustedOrigins []string

	// FailureStatus is the status code that a failed submission shall answer
	// with: 0 for the server's default (200), or 409.
	FailureStatus int

	// PreferWait asks the server to hold a poll until the work is finished, at
	// most for this long (RFC 7240, wait). A server may grant less or nothing.
	PreferWait time.Duration

	// Interval is the delay between polls when a server names none: 2 s
	// unless set.
	Interval time.Duration

	// MaxInterval bounds the delay a server may ask for: 10 min unless set.
	MaxInterval time.Duration

	// Timeout bounds one attempt, from dialling to the last byte of the body,
	// beyond what PreferWait adds: 30 s unless set. Of a result, which may be
	// large, it bounds the time between two reads.
	Timeout time.Duration

	// MaxRetries is how often in a row one request is repeated: 8 unless set,
	// and never when negative. That is about a minute without an answer.
	MaxRetries int

	// MaxBody bounds a response body, in bytes: 1 MiB unless set. It does not
	// bound what [Client.Result] reads, which is never whole in memory.
	MaxBody int64

	// OnRetry, when set, is called before each repetition, on the goroutine of the
	// request.
	OnRetry func(Retry)

	// Sleep waits between polls and before repetitions; nil means a timer. It
	// returns the context's error when that ends first. Tests of programs that
	// use the client set it, to wait for nothing.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Retry says why a request is about to be repeated, and when.
type Retry struct {
	// Attempt counts from 1: the attempt that failed.
	Attempt int
	// Err is what came of it.
	Err error
	// Delay is the time until the next attempt.
	Delay time.Duration
}

// minInterval keeps a server that says "Retry-After: 0" from turning the
// client into a flood. The contract's smallest value is the same.
const minInterval = time.Second

func (c Config) withDefaults() Config {
	c.SubmitPath = or(c.SubmitPath, api.SubmitPath)
	c.StatusPath = or(c.StatusPath, api.StatusPath)
	c.ResultPath = or(c.ResultPath, api.ResultPath)
	c.Interval = or(c.Interval, 2*time.Second)
	c.MaxInterval = or(c.MaxInterval, 10*time.Minute)
	c.Timeout = or(c.Timeout, 30*time.Second)
	c.MaxRetries = or(c.MaxRetries, 8)
	c.MaxBody = or(c.MaxBody, 1<<20)
	if c.Sleep == nil {
		c.Sleep = sleep
	}
	return c
}

func or[V comparable](v, fallback V) V {
	var zero V
	if v == zero {
		return fallback
	}
	return v
}

func (c Config) validate() error {
	if c.Interval < 0 || c.MaxInterval < 0 || c.Timeout < 0 || c.PreferWait < 0 || c.MaxBody < 0 {
		return errors.New("client: durations and MaxBody must not be negative")
	}
	if c.FailureStatus != 0 && c.FailureStatus != http.StatusOK && c.FailureStatus != http.StatusConflict {
		return fmt.Errorf("client: FailureStatus %d is neither 200 nor 409", c.FailureStatus)
	}
	return nil
}
