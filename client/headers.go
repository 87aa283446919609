package client

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// retryAfter reads the delay a server asks for: whole seconds, or a date (RFC
// 9110, section 10.2.3). A date counts from the response's own Date, so that
// neither side's clock has to be right. The result lies between a second and
// Config.MaxInterval; ok is false when there is no delay or nothing that reads
// as one.
func (c *conn) retryAfter(h http.Header) (d time.Duration, ok bool) {
	v := strings.Trim(h.Get("Retry-After"), " \t")
	if d, ok = parseSeconds(v, c.cfg.MaxInterval); !ok {
		date, err := http.ParseTime(v)
		if err != nil {
			return 0, false
		}
		d = date.Sub(c.sent(h))
	}
	return min(max(d, minInterval), max(c.cfg.MaxInterval, minInterval)), true
}

// sent is the time of a response by the clock of its server.
func (c *conn) sent(h http.Header) time.Time {
	if t, err := http.ParseTime(h.Get("Date")); err == nil {
		return t
	}
	return c.ambient.now()
}

// parseSeconds reads digits and nothing else, and stops counting at limit, so
// that no number is too large.
func parseSeconds(v string, limit time.Duration) (d time.Duration, ok bool) {
	limit = min(limit, 10_000*time.Hour) // ten times that still fits
	if v == "" {
		return 0, false
	}
	for _, r := range v {
		if r < '0' || r > '9' {
			return 0, false
		}
		d = min(d*10+time.Duration(r-'0')*time.Second, limit)
	}
	return d, true
}

// interval is the delay before the next poll.
func (c *conn) interval(h http.Header) time.Duration {
	if d, ok := c.retryAfter(h); ok {
		return d
	}
	return c.cfg.Interval
}

// maxURL bounds a status URL, in bytes.
const maxURL = 8 << 10

// location finds the status URL in a response: Location, or else
// Operation-Location, each resolved against the request as RFC 9110, section
// 10.2.2 has it. One that cannot be read counts as absent, and the result is
// then empty; one that leads elsewhere is an error.
func (c *conn) location(a *answer) (string, error) {
	for _, name := range []string{"Location", "Operation-Location"} {
		u := readURL(a.url, a.header.Get(name))
		if u == nil {
			continue
		}
		return u.String(), c.trusted.check(u)
	}
	return "", nil
}

// resolve makes the URL of a body's member absolute, and "" of what cannot be read
// as one.
func (a *answer) resolve(v string) string {
	if u := readURL(a.url, v); u != nil {
		return u.String()
	}
	return ""
}

func readURL(base *url.URL, v string) *url.URL {
	if v == "" || len(v) > maxURL {
		return nil
	}
	u, err := base.Parse(v)
	if err != nil || u.Host == "" {
		return nil
	}
	u.Fragment = ""
	return u
}

// entityTag returns the response's ETag if it is one (RFC 9110, section
// 8.8.3) and of reasonable length. Anything else would be sent back to the
// server for nothing.
func entityTag(h http.Header) string {
	v := h.Get("ETag")
	opaque := strings.TrimPrefix(v, "W/")
	if len(opaque) < 2 || len(opaque) > 512 || opaque[0] != '"' || opaque[len(opaque)-1] != '"' {
		return ""
	}
	for _, b := range []byte(opaque[1 : len(opaque)-1]) {
		if b <= 0x20 || b == '"' || b == 0x7f {
			return ""
		}
	}
	return v
}
