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
}

// writeResponse makes an HTTP response of what a function answered. It returns
// an error, and has written nothing, if that is no response.
func writeResponse(w http.ResponseWriter, payload []byte) error {
	r, err := parseResponse(payload)
	if err != nil {
		return err
	}
	body, err := r.body()
	if err != nil {
		return err
	}
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
	w.WriteHeader(*r.StatusCode)
	_, _ = w.Write(body) // the client may have left; there is nobody to tell
	return nil
}

// parseResponse takes JSON without a statusCode for the body of a 200, as the
// payload format has it.
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
		return answer{StatusCode: &ok, Headers: map[string]string{"Content-Type": api.MediaTypeJSON}, Body: string(payload)}, nil
	}
	if *r.StatusCode < 200 || *r.StatusCode > 599 {
		return r, errors.New("the response's statusCode is out of range")
	}
	return r, nil
}

func (r answer) body() ([]byte, error) {
	if r.IsBase64Encoded {
		return base64.StdEncoding.DecodeString(r.Body)
	}
	return []byte(r.Body), nil
}
