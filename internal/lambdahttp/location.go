package lambdahttp

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"asynchttpapi/api"
)

// checkBaseURL wants an absolute HTTP URL or nothing.
func checkBaseURL(base string) error {
	if base == "" {
		return nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("the base URL must be http:// or https://, a host, and at most a path")
	}
	return nil
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
