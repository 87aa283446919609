package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"example.org/asynchttpapi/api"
)

// What a [*ProblemError] is, by its status code, for [errors.Is].
var (
	ErrNotFound  = errors.New("client: not found")      // 404
	ErrGone      = errors.New("client: expired")        // 410
	ErrConflict  = errors.New("client: conflict")       // 409
	ErrInvalid   = errors.New("client: invalid")        // 422
	ErrThrottled = errors.New("client: too many calls") // 429
)

// FailedError says that the process ended without a decision.
type FailedError struct {
	ID            string
	Code, Message string
}

func (e *FailedError) Error() string {
	if e.Code == "" && e.Message == "" {
		return fmt.Sprintf("client: submission %s failed: no reason given", bounded(e.ID))
	}
	return fmt.Sprintf("client: submission %s failed: %s (%s)", bounded(e.ID), bounded(e.Message), bounded(e.Code))
}

// CanceledError says that the process was canceled.
type CanceledError struct{ ID string }

func (e *CanceledError) Error() string {
	return fmt.Sprintf("client: submission %s was canceled", bounded(e.ID))
}

// UnreachableError says that no complete answer came, however often asked.
type UnreachableError struct {
	// Attempts is how often the request was sent.
	Attempts int
	// Err is what came of the last attempt.
	Err error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("client: no answer in %d attempts: %v", e.Attempts, e.Err)
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// UntrustedError says that the server pointed at an origin that is not
// trusted. Nothing was sent there. See [Config.TrustedOrigins].
type UntrustedError struct{ Origin string }

func (e *UntrustedError) Error() string {
	return fmt.Sprintf("client: %q is neither the origin of the API nor a trusted one", e.Origin)
}

// ProtocolError says that an answer breaks the contract.
type ProtocolError struct {
	// StatusCode is that of the answer, 0 where it does not matter.
	StatusCode int
	Reason     string
}

func (e *ProtocolError) Error() string {
	if e.StatusCode == 0 {
		return "client: the server breaks the contract: " + e.Reason
	}
	return fmt.Sprintf("client: the server breaks the contract: %s (status code %d)", e.Reason, e.StatusCode)
}

// pauseError is why a pause ended early: the context, or else what Config.Sleep
// made of it.
func pauseError(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return fmt.Errorf("client: %w", err)
	}
	return contextError(ctx)
}

// contextError is the caller's own limit as an error: what errors.Is looks
// for, and the cause if there is a better one.
func contextError(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != ctx.Err() {
		return fmt.Errorf("client: %w: %w", ctx.Err(), cause)
	}
	return fmt.Errorf("client: %w", ctx.Err())
}

// ProblemError is an error that the server answered with. Its texts are the server's:
// show them as text, never to a terminal or a page as they are.
type ProblemError struct {
	// StatusCode is the response's.
	StatusCode int
	// Problem is empty but for Title when the body was no problem document. Problem.Errors names the fields at fault.
	Problem api.Problem
}

func (e *ProblemError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "client: %d %s", e.StatusCode, bounded(e.Problem.Title))
	if e.Problem.Detail != "" {
		b.WriteString(": " + bounded(e.Problem.Detail))
	}
	for i, f := range e.Problem.Errors {
		if i == 10 {
			fmt.Fprintf(&b, "; and %d more", len(e.Problem.Errors)-i)
			break
		}
		fmt.Fprintf(&b, "; %s: %s", bounded(f.Pointer), bounded(f.Detail))
	}
	return b.String()
}

// Is makes the error one of this package's sentinels, by its status code.
func (e *ProblemError) Is(target error) bool {
	switch e.StatusCode {
	case http.StatusNotFound:
		return target == ErrNotFound
	case http.StatusGone:
		return target == ErrGone
	case http.StatusConflict:
		return target == ErrConflict
	case http.StatusUnprocessableEntity:
		return target == ErrInvalid
	case http.StatusTooManyRequests:
		return target == ErrThrottled
	}
	return false
}

// problem reads an error response. A body that is no problem document, such as a
// proxy's page, is not worth showing. Of one whose members have other types, as
// the errors of ASP.NET have, the rest is.
func (a *answer) problem() error {
	e := &ProblemError{StatusCode: a.status}
	if !a.tooLarge && a.isJSON() {
		err := json.Unmarshal(a.body, &e.Problem)
		if otherType := (*json.UnmarshalTypeError)(nil); err != nil && !errors.As(err, &otherType) {
			e.Problem = api.Problem{}
		}
	}
	if e.Problem.Title == "" {
		e.Problem.Title = http.StatusText(a.status)
	}
	return e
}

// bounded shortens a text of the server's for an error message, and takes the
// control characters out that a terminal or a log would obey.
func bounded(s string) string {
	const most = 300
	s = strings.Map(func(r rune) rune {
		if r < ' ' || (r >= 0x7f && r < 0xa0) {
			return ' '
		}
		return r
	}, s[:min(len(s), 4*most)])
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
