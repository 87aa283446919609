package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// ErrNoCancelURL is the error for a submission that this client cannot cancel:
// only the response to its submit has the URL for that, and only where the service
// allows it.
var ErrNoCancelURL = errors.New("client: the submission has no cancel URL")

// Cancel cancels a submission by its CancelURL, and returns the state of the
// response: on its way while stages are stopping, which [Client.Wait] sees through
// to its end. A submission that ended before stays as it is, and the state says
// how: that is no error. Repeating a cancellation is safe.
//
// A state that was not submitted by this client needs nothing but the CancelURL.
func (c *Client[Result]) Cancel(ctx context.Context, s State[Result]) (State[Result], error) {
	if s.CancelURL == "" {
		return s, ErrNoCancelURL
	}
	if u, err := url.Parse(s.CancelURL); err != nil || u.Host == "" {
		return s, ErrReference
	}
	a, err := c.conn.do(ctx, request{method: http.MethodPost, url: s.CancelURL})
	if err != nil {
		return s, err
	}
	next, err := c.read(a)
	if err != nil {
		return s, err
	}
	if next.URL == "" && s.URL == "" && validID(next.ID) {
		next.URL = c.status.JoinPath(next.ID).String()
	}
	return c.follow(s, next, a)
}
