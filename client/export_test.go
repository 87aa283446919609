package client

import "time"

// Fake replaces what a client takes from its surroundings; a nil field leaves
// the real thing in place.
type Fake struct {
	Now    func() time.Time
	After  func(d time.Duration, f func()) (stop func() bool)
	Random func() float64
	Text   func() string
}

// Replace puts the fakes into c.
func Replace[Result any](c *Client[Result], f Fake) {
	a := &c.conn.ambient
	if f.Now != nil {
		a.now = f.Now
	}
	if f.After != nil {
		a.after = f.After
	}
	if f.Random != nil {
		a.random = f.Random
	}
	if f.Text != nil {
		a.text = f.Text
	}
}

// RetryAfter reads a header as a client with that configuration does.
var RetryAfter = (*conn).retryAfter

// NewConn makes the part of a client that knows no type.
func NewConn(cfg Config) *conn { return newConn(cfg.withDefaults(), nil) }

// EntityTag reads an ETag header.
var EntityTag = entityTag

// SetNow stops the clock of a conn.
func SetNow(c *conn, now time.Time) { c.ambient.now = func() time.Time { return now } }
