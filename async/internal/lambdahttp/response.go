package lambdahttp

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// response is a response before it becomes an event.
type response struct {
	status int
	header map[string]string
	body   []byte
}

func (r *response) set(name, value string) {
	if r.header == nil {
		r.header = map[string]string{}
	}
	r.header[name] = value
}

func (r *response) setRetryAfter(d time.Duration) {
	r.set("Retry-After", strconv.Itoa(int(d/time.Second)))
}

// setJSON makes v the body. Times beyond the year 9999 are all that could fail
// to be written; the server has no such time.
func (r *response) setJSON(mediaType string, v any) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	r.set("Content-Type", mediaType)
	r.body = text.Bytes()
}

// notModified makes it a 304 if the client has what the tag stands for.
func (r *response) notModified(ifNoneMatch, etag string) {
	if r.status < 300 && matches(ifNoneMatch, etag) {
		r.status, r.body = http.StatusNotModified, nil
		delete(r.header, "Content-Type")
	}
}

// statusOf returns the status code of a problem's code; it is the one place
// where they meet.
func statusOf(code string) int {
	switch code {
	case api.CodeMalformedRequest:
		return http.StatusBadRequest
	case api.CodeUnauthorized:
		return http.StatusUnauthorized
	case api.CodeNotFound:
		return http.StatusNotFound
	case api.CodeMethodNotAllowed:
		return http.StatusMethodNotAllowed
	case api.CodeAcceptanceInProgress:
		return http.StatusConflict
	case api.CodeGone:
		return http.StatusGone
	case api.CodePayloadTooLarge:
		return http.StatusRequestEntityTooLarge
	case api.CodeUnsupportedMediaType:
		return http.StatusUnsupportedMediaType
	case api.CodeInvalidSubmission, api.CodeKeyReused:
		return http.StatusUnprocessableEntity
	case api.CodeThrottled:
		return http.StatusTooManyRequests
	case api.CodeUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// problem returns the RFC 9457 document for an error. It has no number status:
// pollers for Azure take a member of that name for the operation's own status.
func (x *exchange) problem(e *async.RequestError) response {
	r := response{status: statusOf(e.Code)}
	if e.RetryAfter > 0 {
		r.setRetryAfter(e.RetryAfter)
	}
	r.setJSON(api.MediaTypeProblem, api.Problem{
		Type:     "about:blank",
		Title:    http.StatusText(r.status),
		Detail:   e.Detail,
		Instance: x.instance(),
		Error:    api.Error{Code: e.Code, Message: e.Detail},
		Errors:   e.Fields,
	})
	return r
}

func (x *exchange) instance() string { return (&url.URL{Path: x.req.RawPath}).EscapedPath() }
