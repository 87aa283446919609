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

// Client talks to one API whose status bodies decode into T. It is safe for
// concurrent use and keeps nothing between calls.
type Client[T any] struct {
	conn   *conn
	submit *url.URL
	status *url.URL
}

// New checks the configuration and makes a client; nothing is sent yet.
func New[T any](cfg Config) (*Client[T], error) {
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
	c := &Client[T]{
		conn:   newConn(cfg, trusted),
		submit: base.JoinPath(cfg.SubmitPath),
		status: base.JoinPath(cfg.StatusPath),
	}
	if cfg.FailureStatus != 0 {
		c.submit.RawQuery = api.FailureStatus + "=" + strconv.Itoa(cfg.FailureStatus)
	}
	return c, nil
}

// Submit sends work, encoded as JSON, and returns the state the server
// answered with: usually on its way, finished when the server already knows.
//
// A submission that the server refuses is a [*ProblemError] that names the
// fields. A repeated submit cannot start the work twice: see [IdempotencyKey].
// When the work was accepted and yet cannot be followed, because its status
// URL is not trusted, the state has the ID and nothing else that is certain.
func (c *Client[T]) Submit(ctx context.Context, work any, options ...SubmitOption) (State[T], error) {
	body, err := json.Marshal(work)
	if err != nil {
		return State[T]{}, fmt.Errorf("client: encode submission: %w", err)
	}
	req := request{method: http.MethodPost, url: c.submit.String(), body: body, key: c.conn.newKey()}
	for _, o := range options {
		if err := o(&req); err != nil {
			return State[T]{}, err
		}
	}
	a, err := c.conn.do(ctx, req)
	if err != nil {
		return State[T]{}, err
	}
	return c.accept(a)
}

// Status asks once how the work is doing. The reference is an id or a status
// URL. A failed process is a state like any other here, not an error.
func (c *Client[T]) Status(ctx context.Context, ref string) (State[T], error) {
	s, err := c.resolve(ref)
	if err != nil {
		return State[T]{}, err
	}
	return c.poll(ctx, s, 0)
}

// ErrReference is what a reference is that can be neither an id nor a URL.
var ErrReference = errors.New("client: neither an id nor a status URL")

func (c *Client[T]) resolve(ref string) (State[T], error) {
	if u, err := url.Parse(ref); err == nil && u.Scheme != "" && u.Host != "" {
		return State[T]{URL: ref}, c.conn.trusted.check(u)
	}
	if !validID(ref) {
		return State[T]{}, ErrReference
	}
	return State[T]{ID: ref, URL: c.status.JoinPath(ref).String()}, nil
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
