package lambdahttp

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.org/asynchttpapi/api"
)

// CheckBaseURL wants an absolute HTTP URL that a path can be added to, written
// as it goes into a header, or nothing.
func CheckBaseURL(base string) error {
	if base == "" {
		return nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
		strings.ContainsFunc(base, notInBaseURL) || !strings.HasSuffix(base, u.EscapedPath()) || !isPort(u.Port()) {
		return errors.New("the base URL must be http:// or https://, a host, and at most a path, with everything escaped that has to be")
	}
	return nil
}

// notInBaseURL keeps out what begins a query or a fragment, even an empty one,
// and what no header may hold.
func notInBaseURL(r rune) bool { return r <= ' ' || r > '~' || r == '?' || r == '#' }

func isPort(port string) bool {
	_, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil
}

// statusURL is absolute, as azcore and HashiCorp's poller want it, and made of
// nothing that a caller controls: neither Host nor Forwarded.
func (x *exchange) statusURL(id string, failureStatus int) string {
	base := x.BaseURL
	if base == "" {
		base = "https://" + x.req.RequestContext.DomainName
		if stage := x.req.RequestContext.Stage; stage != "" && stage != "$default" {
			base += "/" + stage
		}
	}
	location := base + api.StatusPath + url.PathEscape(id)
	if failureStatus != http.StatusOK {
		location += "?" + api.FailureStatus + "=" + strconv.Itoa(failureStatus)
	}
	return location
}

// failureStatus is the status code that the client chose for a submission that
// fails: 200, or 409 for clients that look at nothing but the code.
func (x *exchange) failureStatus() (int, error) {
	switch value, given := x.req.QueryStringParameters[api.FailureStatus]; {
	case !given, value == "200":
		return http.StatusOK, nil
	case value == "409":
		return http.StatusConflict, nil
	}
	return 0, malformed("The parameter failureStatus must be 200 or 409.")
}
