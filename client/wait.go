package client

import (
	"bytes"
	"context"
	"iter"
	"time"

	"example.org/asynchttpapi/api"
)

// Polls asks again and again, as often as the server allows, and yields every
// answer, the starting state first. It ends after the final state or after an
// error, which comes with the last state known.
//
// A starting state that has only its URL set is asked about at once.
func (c *Client[Result]) Polls(ctx context.Context, from State[Result]) iter.Seq2[State[Result], error] {
	return func(yield func(State[Result], error) bool) {
		s := from
		if s.Status != "" && !yield(s, nil) {
			return
		}
		for !s.Done() {
			next, err := c.next(ctx, s)
			if err != nil {
				yield(s, err)
				return
			}
			s = next
			if !yield(s, nil) {
				return
			}
		}
	}
}

func (c *Client[Result]) next(ctx context.Context, s State[Result]) (State[Result], error) {
	if err := c.conn.cfg.Sleep(ctx, s.RetryAfter); err != nil {
		return s, pauseError(ctx, err)
	}
	return c.poll(ctx, s, c.conn.cfg.PreferWait)
}

// Changes is [Client.Polls] without the answers that say nothing new.
func (c *Client[Result]) Changes(ctx context.Context, from State[Result]) iter.Seq2[State[Result], error] {
	return func(yield func(State[Result], error) bool) {
		var last []byte
		for s, err := range c.Polls(ctx, from) {
			if err == nil && last != nil && bytes.Equal(last, s.body) {
				continue
			}
			last = s.body
			if !yield(s, err) {
				return
			}
		}
	}
}

// Wait polls until the status is terminal and returns the final state. When the
// submission failed or was canceled, the error says so and the state is final
// nevertheless; after any other error the state is the last one known.
func (c *Client[Result]) Wait(ctx context.Context, from State[Result]) (State[Result], error) {
	last := from
	for s, err := range c.Polls(ctx, from) {
		if err != nil {
			return s, err
		}
		last = s
	}
	return last, last.Err()
}

// State is what the server last said about a submission: the members of a status
// body, and the result decoded.
type State[Result any] struct {
	// Submission is the body as it came. Its members are the state's: s.ID,
	// s.Status, s.CustomStatus, s.Message, s.PercentComplete and so on. CancelURL
	// is only in the response to a submit; the states polled from it keep it. The
	// result's JSON is s.Submission.Result.
	api.Submission
	// URL is where the status is read. It is a capability: whoever has it can
	// read the status.
	URL string
	// Result is the inline result, decoded; the zero value until Status is
	// Succeeded, and where the result is only at ResultURL.
	Result Result
	// HasPercent reports whether the server sends percentComplete.
	HasPercent bool
	// RetryAfter is how long to wait before the next request, within the bounds
	// of the [Config]. Zero when the status is terminal.
	RetryAfter time.Duration

	etag string
	body []byte
}

// Body returns the response body that the state was read from. Members that the
// contract does not have can be decoded from it.
func (s State[Result]) Body() []byte { return s.body }

// Done reports whether the status will not change any more.
func (s State[Result]) Done() bool { return s.Status.Terminal() }

// Err returns a [*FailedError] or [*CanceledError] when the submission ended so,
// and nil otherwise.
func (s State[Result]) Err() error {
	switch s.Status {
	case api.Failed:
		e := &FailedError{ID: s.ID}
		if s.Error != nil {
			e.Code, e.Message = s.Error.Code, s.Error.Message
		}
		return e
	case api.Canceled:
		return &CanceledError{ID: s.ID}
	}
	return nil
}
