package client

import (
	"net/http"
	"net/url"
)

// maxURL bounds a status URL, in bytes.
const maxURL = 8 << 10

// location finds the status URL in a response: Location, or else
// Operation-Location, each resolved against the request as RFC 9110, section
// 10.2.2 has it. One that cannot be read counts as absent, and the result is
// then empty; one that leads elsewhere is an error.
func (c *conn) location(a *answer) (string, error) {
	for _, name := range []string{"Location", "Operation-Location"} {
		u := readURL(a.url, a.header, name)
		if u == nil {
			continue
		}
		return u.String(), c.trusted.check(u)
	}
	return "", nil
}

func readURL(base *url.URL, h http.Header, name string) *url.URL {
	v := h.Get(name)
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
