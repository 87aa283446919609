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
	ID              string     `json:"id"`
	Status          api.Status `json:"status"`
	PercentComplete *int       `json:"percentComplete"`
}

func (c *Client[Result]) poll(ctx context.Context, last State[Result], wait time.Duration) (State[Result], error) {
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
	return c.follow(last, next, a)
}

// follow checks that the next state is about the same submission, and keeps what
// only the last one has.
func (c *Client[Result]) follow(last, next State[Result], a *answer) (State[Result], error) {
	if last.ID != "" && next.ID != last.ID {
		return last, a.breaks("the answer is about another id")
	}
	next.URL = or(next.URL, last.URL)
	next.CancelURL = or(next.CancelURL, last.CancelURL)
	return next, nil
}

// accept reads the answer to a submit, after which the status URL must be known.
func (c *Client[Result]) accept(a *answer) (State[Result], error) {
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
func (c *Client[Result]) read(a *answer) (s State[Result], err error) {
	e, err := a.envelope()
	if err != nil {
		return s, err
	}
	s.ID = e.ID
	if err := json.Unmarshal(a.body, &s.Submission); err != nil {
		return s, a.breaks("the body does not have the expected members")
	}
	if err := s.decodeResult(); err != nil {
		return s, a.breaks("the result does not have the expected type")
	}
	s.ResultURL, s.CancelURL = a.resolve(s.ResultURL), a.resolve(s.CancelURL)
	s.HasPercent = e.PercentComplete != nil
	s.etag, s.body = entityTag(a.header), a.body
	if s.Status != api.Failed {
		s.Error = nil
	}
	if a.status != http.StatusAccepted {
		return s, nil
	}
	s.RetryAfter = c.conn.interval(a.header)
	s.URL, err = c.conn.location(a)
	return s, err
}

// decodeResult decodes the inline result, of which only a success has one.
func (s *State[Result]) decodeResult() error {
	if s.Status != api.Succeeded || len(s.Submission.Result) == 0 {
		return nil
	}
	return json.Unmarshal(s.Submission.Result, &s.Result)
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

// isFailedBody recognises the 409 of a failed submission: it has a status
// body. A problem has no member status, or, from other servers, a number (RFC
// 9457, section 3.1.2).
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
