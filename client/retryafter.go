package client

import (
	"net/http"
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
