package interp

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/integration"
)

// invocation returns the function that a task calls, and what it calls it with;
// empty for a task that calls none.
func (res resource) invocation(parameters data) (function string, payload json.RawMessage) {
	if res.direct() {
		return res.ARN, parameters.text()
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

// rejects returns why the task of a service integration cannot be started with
// these parameters; empty where it can.
func (res resource) rejects(parameters data) string {
	if res.direct() {
		return ""
	}
	if wrong := wrongParameters(res.Resource, parameters.v); len(wrong) > 0 {
		return "The Parameters '" + string(parameters.text()) + "' could not be used to start the Task: [" + strings.Join(wrong, ", ") + "]"
	}
	request, _ := parameters.v.(*value.Object)
	kind, ok := request.Get("InvocationType")
	if !res.invokes() || !ok || kind == nil || kind == "RequestResponse" {
		return ""
	}
	return "The InvocationType " + value.Text(kind) + " is not supported: a task waits for its function's answer."
}

// wrongParameters returns what only shows once the parameters are there: their
// values, and the names of those that paths gave.
func wrongParameters(r integration.Resource, parameters any) []string {
	o, _ := parameters.(*value.Object)
	var wrong []string
	for _, m := range o.Members() {
		if unknown := asl.UnknownParameter(r, m.Name); unknown != "" {
			wrong = append(wrong, unknown)
		}
	}
	return append(wrong, asl.WrongParameters(r, parameters)...)
}

// payloadOf returns what lambda:invoke sends: a string that is JSON text goes as
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

// FunctionFailure returns the error name and the cause for the answer of a
// function that failed: its errorType, and the whole answer as it came. An
// answer that no state could have as its data is cut to what the service returns
// of a cause, for a Catch to have a use.
// https://docs.aws.amazon.com/step-functions/latest/dg/tutorial-handling-error-conditions.html
func FunctionFailure(answer []byte) (name, cause string) {
	v, err := value.Parse(answer)
	text := string(answer)
	if len(text) > maxData {
		text = cut(text, maxCause)
	}
	if err == nil {
		o, _ := v.(*value.Object)
		if kind, ok := o.Get("errorType"); ok {
			if name, ok := kind.(string); ok && name != "" {
				return name, text
			}
		}
	}
	return unknownFunctionError, "The cause could not be determined because Lambda did not return an error type. Returned payload: " + text
}

// httpDate is the form of a Date header, RFC 9110 section 5.6.7; package
// net/http has it too, but this package reaches no network.
const httpDate = "Mon, 02 Jan 2006 15:04:05 GMT"

// envelope returns the result of lambda:invoke around what the function answered:
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
	members := []value.Member{{Name: "ExecutedVersion", Value: "$LATEST"}}
	if task.asksForLog() {
		// The log is the function's host's; what the answer has of it is empty.
		members = append(members, value.Member{Name: "LogResult", Value: ""})
	}
	return value.NewObject(append(members,
		value.Member{Name: "Payload", Value: payload.v},
		value.Member{Name: "SdkHttpMetadata", Value: value.NewObject(
			value.Member{Name: "AllHttpHeaders", Value: value.NewObject(lists...)},
			value.Member{Name: "HttpHeaders", Value: value.NewObject(headers...)},
			value.Member{Name: "HttpStatusCode", Value: json.Number("200")},
		)},
		value.Member{Name: "SdkResponseMetadata", Value: value.NewObject(value.Member{Name: "RequestId", Value: request})},
		value.Member{Name: "StatusCode", Value: json.Number("200")},
	)...)
}

// asksForLog reports whether a request to Invoke has the LogType Tail.
func (t *Task) asksForLog() bool {
	if !bytes.Contains(t.Parameters, []byte(`"LogType"`)) {
		return false
	}
	v, _ := value.Parse(t.Parameters)
	request, _ := v.(*value.Object)
	kind, _ := request.Get("LogType")
	return kind == "Tail"
}
