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

// statusOf is the one place where codes meet HTTP.
var statusOf = map[string]int{
	api.CodeMalformedRequest:     http.StatusBadRequest,
	api.CodeNotFound:             http.StatusNotFound,
	api.CodeMethodNotAllowed:     http.StatusMethodNotAllowed,
	api.CodeAcceptanceInProgress: http.StatusConflict,
	api.CodeGone:                 http.StatusGone,
	api.CodePayloadTooLarge:      http.StatusRequestEntityTooLarge,
	api.CodeUnsupportedMediaType: http.StatusUnsupportedMediaType,
	api.CodeInvalidSubmission:    http.StatusUnprocessableEntity,
	api.CodeKeyReused:            http.StatusUnprocessableEntity,
	api.CodeThrottled:            http.StatusTooManyRequests,
	api.CodeInternal:             http.StatusInternalServerError,
	api.CodeUnavailable:          http.StatusServiceUnavailable,
}

// problem is the RFC 9457 document for a failure.
func (x *exchange) problem(f *async.Failure) response {
	status, known := statusOf[f.Code]
	if !known {
		status = http.StatusInternalServerError
	}
	r := response{status: status}
	if f.RetryAfter > 0 {
		r.setRetryAfter(f.RetryAfter)
	}
	r.setJSON(api.MediaTypeProblem, api.Problem{
		Type:     "about:blank",
		Title:    http.StatusText(status),
		Detail:   f.Detail,
		Instance: (&url.URL{Path: x.req.RawPath}).EscapedPath(),
		Error:    api.Error{Code: f.Code, Message: f.Detail},
		Errors:   f.Fields,
	})
	return r
}
