package client

import (
	"time"

	"example.org/asynchttpapi/api"
)

// State is what the server last said about a piece of work.
type State[T any] struct {
	// ID is the server's name for the work.
	ID string
	// URL is where its status is read. It is a capability: whoever has it can
	// read the status.
	URL string
	// Status is one of the five words; it never tells the business outcome.
	Status api.Status
	// Result is the whole body, decoded.
	Result T
	// Failure tells why, when Status is Failed and the server says why.
	Failure *api.Error
	// RetryAfter is how long the server wants to be left alone, within the
	// bounds of the [Config]. Zero when the status is final.
	RetryAfter time.Duration

	etag string
	body []byte
}

// Done reports whether the status will not change any more.
func (s State[T]) Done() bool { return s.Status.Terminal() }

// Err is a [*FailedError] or [*CanceledError] when the work ended so, and nil
// otherwise.
func (s State[T]) Err() error {
	switch s.Status {
	case api.Failed:
		e := &FailedError{ID: s.ID}
		if s.Failure != nil {
			e.Code, e.Message = s.Failure.Code, s.Failure.Message
		}
		return e
	case api.Canceled:
		return &CanceledError{ID: s.ID}
	}
	return nil
}
