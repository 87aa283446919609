package interp

import (
	"encoding/json"
	"strconv"

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

// httpDate is the form of a Date header, RFC 9110 section 5.6.7; package
// net/http has it too, but this package reaches no network.
const httpDate = "Mon, 02 Jan 2006 15:04:05 GMT"

// envelope is the result of lambda:invoke around what the function answered:
// Lambda's response to Invoke as the service passes it on.
func (r *Run) envelope(ref uint64, task *Task, payload data) *value.Object {
	length := strconv.Itoa(len(payload.text()))
	request := r.requestID(ref)
	headers := []value.Member{
		{Name: "X-Amz-Executed-Version", Value: "$LATEST"},
		{Name: "x-amzn-Remapped-Content-Length", Value: "0"},
		{Name: "Connection", Value: "keep-alive"},
		{Name: "x-amzn-RequestId", Value: request},
		{Name: "Content-Length", Value: length},
		{Name: "Date", Value: r.now.UTC().Format(httpDate)},
		{Name: "Content-Type", Value: "application/json"},
	}
	lists := make([]value.Member, len(headers))
	for i, h := range headers {
		lists[i] = value.Member{Name: h.Name, Value: []any{h.Value}}
	}
	return value.NewObject(
		value.Member{Name: "ExecutedVersion", Value: "$LATEST"},
		value.Member{Name: "Payload", Value: payload.v},
		value.Member{Name: "SdkHttpMetadata", Value: value.NewObject(
			value.Member{Name: "AllHttpHeaders", Value: value.NewObject(lists...)},
			value.Member{Name: "HttpHeaders", Value: value.NewObject(headers...)},
			value.Member{Name: "HttpStatusCode", Value: json.Number("200")},
		)},
		value.Member{Name: "SdkResponseMetadata", Value: value.NewObject(value.Member{Name: "RequestId", Value: request})},
		value.Member{Name: "StatusCode", Value: json.Number("200")},
	)
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
