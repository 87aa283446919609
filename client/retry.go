package client

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"time"

	"example.org/asynchttpapi/api"
)

// do makes an exchange, repeating it while repeating may help. It returns an
// answer of any status code but those that were worth repeating.
func (c *conn) do(ctx context.Context, r request) (*answer, error) {
	return c.repeat(ctx, func() (*answer, error) { return c.attempt(ctx, r) })
}

func (c *conn) repeat(ctx context.Context, once func() (*answer, error)) (*answer, error) {
	for attempt := 1; ; attempt++ {
		a, err := once()
		if ctx.Err() != nil && err != nil {
			return nil, contextError(ctx)
		}
		failure, again := c.judge(a, err)
		if !again {
			return a, failure
		}
		if attempt > c.cfg.MaxRetries {
			return nil, exhausted(failure, attempt)
		}
		if err := c.pause(ctx, Retry{Attempt: attempt, Err: failure, Delay: c.delay(attempt, a)}); err != nil {
			return nil, err
		}
	}
}

// judge returns what went wrong in an attempt, and whether to repeat it.
func (c *conn) judge(a *answer, err error) (failure error, again bool) {
	if err != nil {
		return err, !permanent(err)
	}
	if api.Transient(a.status) || a.stillAccepting() {
		return a.problem(), true
	}
	return nil, false
}

// stillAccepting recognises the 409 that says that an earlier attempt with the
// same key is still under way. A failed submission may answer 409 as well, but
// with a status body.
func (a *answer) stillAccepting() bool {
	return a.status == http.StatusConflict && a.request.key != "" && !a.isFailedBody()
}

// permanent reports whether an error is one that no repetition cures.
func permanent(err error) bool {
	var untrusted *UntrustedError
	var protocol *ProtocolError
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &untrusted) || errors.As(err, &protocol) || errors.As(err, &certificate)
}

func exhausted(failure error, attempts int) error {
	var problem *ProblemError
	if errors.As(failure, &problem) {
		return failure
	}
	return &UnreachableError{Attempts: attempts, Err: failure}
}

// The backoff doubles from the first value to the last.
const (
	firstBackoff = 500 * time.Millisecond
	lastBackoff  = 30 * time.Second
)

// delay is the backoff, of which a random half is left out so that clients
// that failed together do not return together; or what the server asks for,
// if that is more.
func (c *conn) delay(attempt int, a *answer) time.Duration {
	d := min(firstBackoff<<min(attempt-1, 10), lastBackoff)
	d = d/2 + time.Duration(c.ambient.random()*float64(d/2))
	if a != nil {
		if asked, ok := c.retryAfter(a.header); ok {
			d = max(d, asked)
		}
	}
	return d
}

func (c *conn) pause(ctx context.Context, r Retry) error {
	if c.cfg.OnRetry != nil {
		c.cfg.OnRetry(r)
	}
	if err := c.cfg.Sleep(ctx, r.Delay); err != nil {
		return pauseError(ctx, err)
	}
	return nil
}
