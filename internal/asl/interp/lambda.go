package interp

import (
	"encoding/json"

	"asynchttpapi/internal/asl/value"
)

// invocation is the function that a task calls, and what it calls it with;
// empty for a task that calls none.
func (res resource) invocation(parameters data) (function string, payload json.RawMessage) {
	if res.direct() {
		return res.arn, parameters.text()
	}
	if !res.invokes() {
		return "", nil
	}
	request, _ := parameters.v.(*value.Object)
	name, _ := request.Get("FunctionName")
	function, _ = name.(string)
	if qualifier, ok := request.Get("Qualifier"); ok {
		if q, ok := qualifier.(string); ok {
			function += ":" + q
		}
	}
	return function, payloadOf(request)
}

// invocationRefused says why a request to Invoke cannot be made; empty where
// it can.
func (res resource) invocationRefused(parameters data) string {
	request, _ := parameters.v.(*value.Object)
	kind, ok := request.Get("InvocationType")
	if !res.invokes() || !ok || kind == "RequestResponse" {
		return ""
	}
	return "The InvocationType " + value.Text(kind) + " is not supported: a task waits for its function's answer."
}

// payloadOf is what lambda:invoke sends: a string that is JSON text goes as
// that text, and nothing at all as an empty object.
func payloadOf(request *value.Object) json.RawMessage {
	payload, _ := request.Get("Payload")
	switch p := payload.(type) {
	case nil:
		return json.RawMessage("{}")
	case string:
		if json.Valid([]byte(p)) {
			return json.RawMessage(p)
		}
	}
	return value.Append(nil, payload)
}

// unknownFunctionError names the failure of a function that names none.
const unknownFunctionError = "Lambda.Unknown"

// FunctionFailure gives the error name and the cause for the answer of a
// function that failed: its errorType, and the whole answer as it came.
// https://docs.aws.amazon.com/step-functions/latest/dg/tutorial-handling-error-conditions.html
func FunctionFailure(answer []byte) (name, cause string) {
	v, err := value.Parse(answer)
	if err == nil {
		o, _ := v.(*value.Object)
		if kind, ok := o.Get("errorType"); ok {
			if name, ok := kind.(string); ok && name != "" {
				return name, string(answer)
			}
		}
	}
	return unknownFunctionError, "The cause could not be determined because Lambda did not return an error type. Returned payload: " + string(answer)
}
