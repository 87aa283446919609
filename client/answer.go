package client

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.org/asynchttpapi/api"
)

// envelope is what every status body has, whatever else it has.
type envelope struct {
	ID     string     `json:"id"`
	Status api.Status `json:"status"`
	Error  *api.Error `json:"error"`
}

func (c *Client[T]) poll(ctx context.Context, last State[T], wait time.Duration) (State[T], error) {
	if u, err := url.Parse(last.URL); err != nil || u.Host == "" {
		return last, ErrReference
	}
	req := request{method: http.MethodGet, url: last.URL, etag: last.etag, wait: wait}
	a, err := c.conn.do(ctx, req)
	if err != nil {
		return last, err
	}
	if a.status == http.StatusNotModified && req.etag != "" {
		last.RetryAfter = c.conn.interval(a.header)
		return last, nil
	}
	next, err := c.read(a)
	if err != nil {
		return last, err
	}
	if last.ID != "" && next.ID != last.ID {
		return last, a.breaks("the answer is about another id")
	}
	if next.URL == "" {
		next.URL = last.URL
	}
	return next, nil
}

// accept reads the answer to a submit, after which the status URL must be known.
func (c *Client[T]) accept(a *answer) (State[T], error) {
	s, err := c.read(a)
	if err != nil {
		return s, err
	}
	if s.URL == "" {
		if !validID(s.ID) {
			return s, a.breaks("neither a status URL nor a usable id")
		}
		s.URL = c.status.JoinPath(s.ID).String()
	}
	return s, nil
}

// read turns an answer into a state, or says what is wrong with it. A state
// that comes with an error has what is known: its ID.
func (c *Client[T]) read(a *answer) (s State[T], err error) {
	e, err := a.envelope()
	if err != nil {
		return s, err
	}
	s.ID = e.ID
	if err := json.Unmarshal(a.body, &s.Result); err != nil {
		return s, a.breaks("the body does not have the expected members")
	}
	s.Status, s.etag, s.body = e.Status, entityTag(a.header), a.body
	if s.Status == api.Failed {
		s.Failure = e.Error
	}
	if a.status != http.StatusAccepted {
		return s, nil
	}
	s.RetryAfter = c.conn.interval(a.header)
	s.URL, err = c.conn.location(a)
	return s, err
}

// envelope checks that status code, content type and status word agree.
func (a *answer) envelope() (envelope, error) {
	var e envelope
	switch {
	case a.status >= 400 && !a.isFailedBody():
		return e, a.problem()
	case a.tooLarge:
		return e, a.breaks("the body is too large")
	case a.status != http.StatusOK && a.status != http.StatusAccepted && a.status != http.StatusConflict:
		return e, a.breaks("unexpected status code")
	case !a.isJSON():
		return e, a.breaks("the body is not JSON by its content type")
	}
	if err := json.Unmarshal(a.body, &e); err != nil {
		return e, a.breaks("the body is not a JSON object with a status")
	}
	if e.ID == "" {
		return e, a.breaks("the body has no id")
	}
	return e, a.agrees(e.Status)
}

func (a *answer) agrees(s api.Status) error {
	switch {
	case !s.Terminal() && s != api.NotStarted && s != api.Running:
		return a.breaks("unknown status word")
	case s.Terminal() && a.status == http.StatusAccepted:
		return a.breaks("a final status word on a 202")
	case !s.Terminal() && a.status != http.StatusAccepted:
		return a.breaks("the status word is not final, the status code is")
	}
	return nil
}

// isFailedBody reports whether a is the 409 of a failed submission: it has a
// status word, whereas a problem document has none, or a number of that name
// (RFC 9457, section 3.1.2) from servers that send it.
func (a *answer) isFailedBody() bool {
	var e envelope
	return a.status == http.StatusConflict && a.isJSON() && json.Unmarshal(a.body, &e) == nil && e.Status == api.Failed
}

func (a *answer) isJSON() bool {
	t, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	return err == nil && (t == api.MediaTypeJSON || strings.HasSuffix(t, "+json"))
}

func (a *answer) breaks(reason string) error {
	return &ProtocolError{StatusCode: a.status, Reason: reason}
}
