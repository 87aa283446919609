package lambdainvoke

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// serviceError reads an answer of the Lambda service itself, whose exception is
// named by the X-Amzn-Errortype header.
func serviceError(answer *http.Response, payload []byte) error {
	var body struct {
		Message string `json:"message"` // Lambda writes Message, others message
	}
	message := strings.TrimSpace(string(payload))
	switch {
	case answer.StatusCode/100 == 3:
		// The page and its Location are not Lambda's, and may hold a session's
		// tokens: neither gets into a history.
		message = fmt.Sprintf("The Lambda endpoint answered %d %s, a redirect, which is not followed",
			answer.StatusCode, http.StatusText(answer.StatusCode))
	case json.Unmarshal(payload, &body) == nil:
		message = body.Message
	}
	return &engine.ServiceError{
		Name: "Lambda." + exception(answer),
		Message: fmt.Sprintf("%s (Service: Lambda, Status Code: %d, Request ID: %s)",
			message, answer.StatusCode, answer.Header.Get("X-Amzn-Requestid")),
	}
}

// exception returns the service's name for the error; where an endpoint gives
// none, the one that the service uses for that status.
func exception(answer *http.Response) string {
	kind, _, _ := strings.Cut(answer.Header.Get("X-Amzn-Errortype"), ":")
	// sam local start-lambda leaves the suffix out of some names.
	if kind != "" && !strings.HasSuffix(kind, "Exception") {
		kind += "Exception"
	}
	switch {
	case kind != "":
		return kind
	case answer.StatusCode == http.StatusNotFound:
		return "ResourceNotFoundException"
	case answer.StatusCode == http.StatusTooManyRequests:
		return "TooManyRequestsException"
	case answer.StatusCode >= 500:
		return "ServiceException"
	}
	return "AWSLambdaException"
}

// responseTooLarge is what Lambda makes of an answer that is too long to pass on.
const responseTooLarge = "Function.ResponseSizeTooLarge"

// shortened returns the error object for one that is too long to pass on, of
// which this is the beginning: Lambda's own, but with the errorType of the
// function where that stands in the beginning, so that it can be caught.
func shortened(beginning []byte) []byte {
	kind := errorType(beginning)
	if kind == "" {
		kind = responseTooLarge
	}
	short, err := json.Marshal(map[string]string{
		"errorType":    kind,
		"errorMessage": fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxPayload),
	})
	if err != nil {
		panic(err) // strings are always written
	}
	return short
}

// errorType returns the errorType of an error object of which perhaps only the
// beginning is there; empty where it has none there.
func errorType(beginning []byte) string {
	d := json.NewDecoder(bytes.NewReader(beginning))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return ""
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return ""
		}
		var v json.RawMessage
		if d.Decode(&v) != nil {
			return ""
		}
		var kind string
		if name == "errorType" && json.Unmarshal(v, &kind) == nil {
			return kind
		}
	}
	return ""
}
