package interp

import (
	"bytes"
	"encoding/json"
	"strconv"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

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

// asksForLog tells whether a request to Invoke has the LogType Tail.
func (t *Task) asksForLog() bool {
	if !bytes.Contains(t.Parameters, []byte(`"LogType"`)) {
		return false
	}
	v, _ := value.Parse(t.Parameters)
	request, _ := v.(*value.Object)
	kind, _ := request.Get("LogType")
	return kind == "Tail"
}
