package lambdainvoke

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// refusal reads an answer of the Lambda service itself, whose exception is
// named by the X-Amzn-Errortype header.
func refusal(answer *http.Response, payload []byte) error {
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

// exception is the service's name for the refusal; where an endpoint gives
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
