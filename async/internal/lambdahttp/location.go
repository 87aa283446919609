package lambdahttp

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.org/asynchttpapi/api"
)

// CheckBaseURL returns an error for what is not an absolute HTTP URL that a path
// can be added to, written as it goes into a header; "" is none.
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

// polling is what a client has chosen for its polls, and what every URL to poll
// at carries on: low-code clients cannot set the headers of a poll.
type polling struct {
	// failureStatus is the status code of a failed submission: 200, or 409 for
	// clients that look at nothing but the code.
	failureStatus int
	// wait is the parameter of that name, in seconds as the client wrote it;
	// "" where it is not given.
	wait string
	// longest is how long this request may be waited for.
	longest time.Duration
}

// polling reads the parameters and the Prefer header. The header is of this
// request alone, and comes first.
func (x *exchange) polling() (p polling, err error) {
	p.failureStatus = x.FailureStatus
	switch value, given := x.req.QueryStringParameters[api.FailureStatus]; {
	case !given:
	case value == "200":
		p.failureStatus = http.StatusOK
	case value == "409":
		p.failureStatus = http.StatusConflict
	default:
		return p, malformed("The parameter failureStatus must be 200 or 409.")
	}
	if value, given := x.req.QueryStringParameters[api.Wait]; given {
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil && !errors.Is(err, strconv.ErrRange) { // n is then the largest number: as long as is granted
			return p, malformed("The parameter wait must be a whole number of seconds.")
		}
		p.wait = strconv.FormatUint(n, 10)
		p.longest = min(time.Duration(n), maxSeconds) * time.Second
	}
	if preferred, given := parseWait(x.header("Prefer")); given {
		p.longest = preferred
	}
	return p, nil
}

// baseURL is what every URL begins with: made of nothing that a caller controls,
// neither Host nor Forwarded.
func (x *exchange) baseURL() string {
	if x.BaseURL != "" {
		return x.BaseURL
	}
	base := "https://" + x.req.RequestContext.DomainName
	if stage := x.req.RequestContext.Stage; stage != "" && stage != "$default" {
		base += "/" + stage
	}
	return base
}

// statusURL is absolute, as azcore and HashiCorp's poller want it.
func (x *exchange) statusURL(id string, p polling) string {
	query := url.Values{}
	if p.failureStatus != x.FailureStatus {
		query.Set(api.FailureStatus, strconv.Itoa(p.failureStatus))
	}
	if p.wait != "" {
		query.Set(api.Wait, p.wait)
	}
	location := x.baseURL() + api.StatusPath + url.PathEscape(id)
	if len(query) > 0 {
		location += "?" + query.Encode()
	}
	return location
}
