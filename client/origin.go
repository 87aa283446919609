package client

import (
	"errors"
	"fmt"
	"net/url"
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
