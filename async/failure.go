package async

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.org/asynchttpapi/api"
)

// Failure is the only error that a Service returns: Code and Detail are for
// the client, Op and Cause for the operator.
type Failure struct {
	// Code is one of api.Code....
	Code string
	// Detail is one sentence without anything personal.
	Detail string
	// Fields are set with api.CodeInvalidSubmission.
	Fields []api.FieldError
	// RetryAfter is set where repeating the request may help.
	RetryAfter time.Duration
	// Op is the call that failed, such as Store.Create, if one did.
	Op string
	// Cause may name resources of the account: it is neither shown nor logged
	// as text, see Reason.
	Cause error
}

func (f *Failure) Error() string {
	if f.Op == "" {
		return f.Code
	}
	return f.Code + ": " + f.Op + ": " + f.Reason()
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// Reason is that of the cause.
func (f *Failure) Reason() string { return Reason(f.Cause) }

// Reason names an error in a word that may be logged. Messages of services
// carry ARNs; what an adapter wants to be seen it gives an ErrorCode method,
// as the AWS SDK's errors have.
func Reason(err error) string {
	var coded interface{ ErrorCode() string }
	switch {
	case err == nil:
		return "none"
	case errors.As(err, &coded):
		return coded.ErrorCode()
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "canceled"
	}
	return fmt.Sprintf("%T", innermost(err))
}

func innermost(err error) error {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err
}

// unavailableRetry is how soon a client may try again when a dependency failed.
const unavailableRetry = 2 * time.Second

// dependencyFailed classifies an error of a port.
func dependencyFailed(op string, err error) *Failure {
	f := &Failure{Op: op, Cause: err}
	switch {
	case errors.Is(err, ErrInvalid):
		f.Code, f.Detail = api.CodeInternal, "The request could not be handled."
	case throttled(err):
		f.Code, f.Detail = api.CodeThrottled, "Too many requests at the moment."
		f.RetryAfter = unavailableRetry
	default:
		f.Code = api.CodeUnavailable
		f.Detail = "The service cannot answer at the moment. Repeating the request is safe if it carries the same Idempotency-Key."
		f.RetryAfter = unavailableRetry
	}
	return f
}

func throttled(err error) bool {
	var says interface{ Throttled() bool }
	return errors.Is(err, ErrThrottled) || errors.As(err, &says) && says.Throttled()
}

var (
	errNotFound = &Failure{Code: api.CodeNotFound, Detail: "There is no submission with this id."}
	errGone     = &Failure{Code: api.CodeGone, Detail: "The submission is past its retention and is no longer available."}
)
