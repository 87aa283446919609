package interp

import (
	"encoding/json"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
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

// refused says why the task of a service integration cannot be started with
// these parameters; empty where it can.
func (res resource) refused(parameters data) string {
	if res.direct() {
		return ""
	}
	action, _, _ := strings.Cut(res.service+":"+res.action, ".")
	if wrong := wrongParameters(action, parameters.v); len(wrong) > 0 {
		return "The Parameters '" + string(parameters.text()) + "' could not be used to start the Task: [" + strings.Join(wrong, ", ") + "]"
	}
	request, _ := parameters.v.(*value.Object)
	kind, ok := request.Get("InvocationType")
	if !res.invokes() || !ok || kind == nil || kind == "RequestResponse" {
		return ""
	}
	return "The InvocationType " + value.Text(kind) + " is not supported: a task waits for its function's answer."
}

// wrongParameters tells what only shows once the parameters are there: their
// values, and the names of those that paths gave.
func wrongParameters(action string, parameters any) []string {
	o, _ := parameters.(*value.Object)
	var wrong []string
	for _, m := range o.Members() {
		if unknown := asl.UnknownParameter(action, m.Name); unknown != "" {
			wrong = append(wrong, unknown)
		}
	}
	return append(wrong, asl.WrongParameters(action, parameters)...)
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
