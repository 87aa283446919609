package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"
)

// maxBody bounds a request. The largest legal one is a definition of 1 MiB
// whose every character is escaped as \uXXXX.
const maxBody = 7 << 20

const (
	contentType  = "application/x-amz-json-1.0"
	targetPrefix = "AWSStepFunctions."
)

// readTarget is the name of the operation that a request is for.
func readTarget(r *http.Request) (string, *Fault) {
	if r.Method != http.MethodPost {
		return "", &Fault{Type: "MethodNotAllowedException", Status: http.StatusMethodNotAllowed,
			Message: "This is the AWS Step Functions JSON protocol: POST only, got " + r.Method}
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != contentType && media != "application/x-amz-json-1.1" {
		return "", &Fault{Type: "UnsupportedMediaTypeException", Status: http.StatusUnsupportedMediaType,
			Message: "The Content-Type has to be " + contentType}
	}
	name, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), targetPrefix)
	if !ok {
		return "", fault("UnknownOperationException", "The X-Amz-Target header has to name an operation of AWSStepFunctions")
	}
	return name, nil
}

// readBody reads a whole request, at most maxBody bytes of it.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *Fault) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, &Fault{Type: "RequestEntityTooLargeException", Status: http.StatusRequestEntityTooLarge,
			Message: "The request is larger than this service reads"}
	}
	if err != nil {
		return nil, malformed("The request body could not be read to its end")
	}
	if !utf8.Valid(body) {
		return nil, malformed("The request body is not valid UTF-8")
	}
	return body, nil
}

// decode reads a body into an operation's input and holds it against the
// input's constraints. An empty body is an empty input, as the service has it.
func decode(body []byte, input any) *Fault {
	if len(body) == 0 {
		body = []byte("{}")
	}
	err := json.Unmarshal(body, input)
	mismatch := (*json.UnmarshalTypeError)(nil)
	if errors.As(err, &mismatch) && mismatch.Field != "" {
		return malformed("The member '%s' is a JSON %s, which is not its type", mismatch.Field, mismatch.Value)
	}
	switch {
	case mismatch != nil || string(bytes.TrimSpace(body)) == "null":
		return malformed("The request body is not a JSON object")
	case err != nil:
		return malformed("The request body is not a JSON object: %s", err)
	}
	return checkConstraints(input)
}
