package apigateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"

	"example.org/asynchttpapi/api"
)

// answer is what a function answers, in payload format 2.0.
type answer struct {
	StatusCode        *int                `json:"statusCode"`
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Body              string              `json:"body"`
	IsBase64Encoded   bool                `json:"isBase64Encoded"`
	Cookies           []string            `json:"cookies"`

	// content is Body, decoded.
	content []byte
}

// write makes an HTTP response of what a function answered.
func (r answer) write(w http.ResponseWriter) {
	r.writeHeader(w)
	w.WriteHeader(*r.StatusCode)
	_, _ = w.Write(r.content) // the client may have left
}

func (r answer) writeHeader(w http.ResponseWriter) {
	h := w.Header()
	for name, value := range r.Headers {
		h.Set(name, value)
	}
	for name, values := range r.MultiValueHeaders {
		h[http.CanonicalHeaderKey(name)] = values
	}
	for _, cookie := range r.Cookies {
		h.Add("Set-Cookie", cookie)
	}
}

// parseResponse reads what a function answered, or returns an error if that is
// no response. JSON without a statusCode is the body of a 200, as the payload
// format has it.
func parseResponse(payload []byte) (r answer, err error) {
	if isObject := bytes.HasPrefix(bytes.TrimSpace(payload), []byte("{")); isObject {
		if err := json.Unmarshal(payload, &r); err != nil {
			return r, err
		}
	} else if !json.Valid(payload) {
		return r, errors.New("the response is not JSON")
	}
	if r.StatusCode == nil {
		ok := http.StatusOK
		return answer{StatusCode: &ok, Headers: map[string]string{"Content-Type": api.MediaTypeJSON}, content: payload}, nil
	}
	if *r.StatusCode < 200 || *r.StatusCode > 599 {
		return r, errors.New("the response's statusCode is out of range")
	}
	r.content = []byte(r.Body)
	if r.IsBase64Encoded {
		r.content, err = base64.StdEncoding.DecodeString(r.Body)
	}
	return r, err
}
