package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// origins are the scheme, host and port triples (RFC 6454) that may be talked to.
type origins map[string]bool

func newOrigins(base *url.URL, more []string) (origins, error) {
	o := origins{origin(base): true}
	for _, s := range more {
		u, err := parseBase(s)
		if err != nil {
			return nil, err
		}
		o[origin(u)] = true
	}
	return o, nil
}

func parseBase(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, errors.New("client: the URL of the API cannot be read as a URL")
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, fmt.Errorf("client: %q is not an absolute http or https URL", u.Redacted())
	case u.User != nil:
		return nil, errors.New("client: credentials belong into Config.Header, not into the URL of the API")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("client: the URL of the API has no query and no fragment")
	}
	return u, nil
}

func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + " " + port
}

// check refuses a URL that must not be asked. User information is refused
// although the origin may be right, because net/http would turn it into an
// Authorization header of the server's making.
func (o origins) check(u *url.URL) error {
	if o[origin(u)] && u.User == nil {
		return nil
	}
	return &UntrustedError{Origin: bounded(u.Scheme + "://" + u.Host)}
}

const maxRedirects = 5

// guarded copies an HTTP client and puts the rule for redirects before its
// own: few, to trusted origins only, and never one that would turn a
// submission into a read. What is followed gets common as any request does,
// and no Referer, which net/http would make of a status URL.
func guarded(h *http.Client, trusted origins, common http.Header) *http.Client {
	own := *h
	own.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if err := trusted.check(req.URL); err != nil {
			return err
		}
		if req.Method != via[0].Method {
			return &ProtocolError{Reason: "a redirect would turn the submission into a read"}
		}
		if len(via) > maxRedirects {
			return &ProtocolError{Reason: "too many redirects"}
		}
		req.Header.Del("Referer")
		addCommon(req.Header, common)
		return checkAsBefore(h, req, via)
	}
	return &own
}

// storage copies an HTTP client for reading results, and puts the rule for
// redirects before its own: few, to http and https only, and never from https to
// http. A result may be redirected to a host that is not trusted, with a URL that
// is a capability of its own; from then on, no request has the common headers.
func storage(h *http.Client, trusted origins, common http.Header) *http.Client {
	own := *h
	own.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		from := via[len(via)-1].URL
		switch {
		case req.URL.Scheme != "http" && req.URL.Scheme != "https", req.URL.User != nil:
			return &ProtocolError{Reason: "the result is redirected to what is not an http or https URL without credentials"}
		case from.Scheme == "https" && req.URL.Scheme != "https":
			return &ProtocolError{Reason: "the result is redirected from https to http"}
		case len(via) > maxRedirects:
			return &ProtocolError{Reason: "too many redirects"}
		}
		req.Header.Del("Referer")
		addCommon(req.Header, common)
		if !slices.ContainsFunc(via, func(r *http.Request) bool { return trusted.check(r.URL) != nil }) && trusted.check(req.URL) == nil {
			return checkAsBefore(h, req, via)
		}
		for name := range common {
			req.Header.Del(name)
		}
		return checkAsBefore(h, req, via)
	}
	return &own
}

func checkAsBefore(h *http.Client, req *http.Request, via []*http.Request) error {
	if h.CheckRedirect == nil {
		return nil
	}
	return h.CheckRedirect(req, via)
}
