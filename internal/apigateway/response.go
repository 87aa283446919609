package apigateway

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"asynchttpapi/api"
)

// writeResponse makes an HTTP response of what a function answered. It returns
// an error, and has written nothing, if that is no response.
func writeResponse(w http.ResponseWriter, payload []byte) error {
	r, err := parseResponse(payload)
	if err != nil {
		return err
	}
	body := []byte(r.Body)
	if r.IsBase64Encoded {
		if body, err = base64.StdEncoding.DecodeString(r.Body); err != nil {
			return err
		}
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
	w.WriteHeader(r.StatusCode)
	_, _ = w.Write(body) // the client may have left; there is nobody to tell
	return nil
}

// parseResponse follows payload format 2.0: JSON without a statusCode is the
// body of a 200.
func parseResponse(payload []byte) (r events.APIGatewayV2HTTPResponse, err error) {
	var given struct {
		StatusCode *int `json:"statusCode"`
	}
	if !json.Valid(payload) {
		return r, errors.New("the response is not JSON")
	}
	if json.Unmarshal(payload, &given) != nil || given.StatusCode == nil {
		r.StatusCode, r.Body = http.StatusOK, string(payload)
		r.Headers = map[string]string{"Content-Type": api.MediaTypeJSON}
		return r, nil
	}
	if err := json.Unmarshal(payload, &r); err != nil {
		return r, err
	}
	if r.StatusCode < 200 || r.StatusCode > 599 {
		return r, errors.New("the response's statusCode is out of range")
	}
	return r, nil
}
