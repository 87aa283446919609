package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"example.org/asynchttpapi/api"
)

// Client talks to one API, whose results decode from JSON into Result: the type
// that the job declares. [json.RawMessage] is the Result of a client that does not
// care, and gives the JSON as it came. A Client is safe for concurrent use and
// keeps nothing between calls.
type Client[Result any] struct {
	conn   *conn
	submit *url.URL
	status *url.URL
	result *url.URL
}

// New checks the configuration and makes a client; nothing is sent yet.
func New[Result any](cfg Config) (*Client[Result], error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	base, err := parseBase(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	trusted, err := newOrigins(base, cfg.TrustedOrigins)
	if err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	c := &Client[Result]{
		conn:   newConn(cfg, trusted),
		submit: base.JoinPath(cfg.SubmitPath),
		status: base.JoinPath(cfg.StatusPath),
		result: base.JoinPath(cfg.ResultPath),
	}
	if cfg.FailureStatus != 0 {
		c.submit.RawQuery = api.FailureStatus + "=" + strconv.Itoa(cfg.FailureStatus)
	}
	return c, nil
}

// Submit sends input, encoded as JSON, and returns the state of the response:
// usually on its way, terminal when the server already knows the end.
//
// A submission that the server refuses is a [*ProblemError] that names the
// fields. A repeated submit cannot start a second execution: see
// [IdempotencyKey]. When the submission was accepted and yet cannot be followed,
// because its status URL is not trusted, the state has the ID and nothing else
// that is certain.
func (c *Client[Result]) Submit(ctx context.Context, input any, options ...SubmitOption) (State[Result], error) {
	body, err := json.Marshal(input)
	if err != nil {
		return State[Result]{}, fmt.Errorf("client: encode submission: %w", err)
	}
	req := request{method: http.MethodPost, url: c.submit.String(), body: body, key: c.conn.newKey()}
	for _, o := range options {
		if err := o(&req); err != nil {
			return State[Result]{}, err
		}
	}
	a, err := c.conn.do(ctx, req)
	if err != nil {
		return State[Result]{}, err
	}
	return c.accept(a)
}

// Status reads the status once. The reference is an id or a status URL. A failed
// submission is a state like any other here, not an error.
func (c *Client[Result]) Status(ctx context.Context, ref string) (State[Result], error) {
	s, err := c.resolve(ref)
	if err != nil {
		return State[Result]{}, err
	}
	return c.poll(ctx, s, 0)
}

// ErrReference is the error for a reference that can be neither an id nor a URL.
var ErrReference = errors.New("client: neither an id nor a status URL")

func (c *Client[Result]) resolve(ref string) (State[Result], error) {
	if u, err := url.Parse(ref); err == nil && u.Scheme != "" && u.Host != "" {
		return State[Result]{URL: ref}, c.conn.trusted.check(u)
	}
	if !validID(ref) {
		return State[Result]{}, ErrReference
	}
	return State[Result]{Submission: api.Submission{ID: ref}, URL: c.status.JoinPath(ref).String()}, nil
}

// validID accepts what is unreserved in a URL (RFC 3986, section 2.3), so that
// no id can reach another route.
func validID(id string) bool {
	if id == "" || len(id) > 256 || id == "." || id == ".." {
		return false
	}
	for _, r := range id {
		if !unreserved(r) {
			return false
		}
	}
	return true
}

func unreserved(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return true
	}
	return r == '-' || r == '.' || r == '_' || r == '~'
}
