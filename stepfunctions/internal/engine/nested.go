package engine

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"strconv"
)

// startAnswer returns what states:startExecution answers.
func (e *Engine) startAnswer(child Record) json.RawMessage {
	answer := map[string]any{
		"ExecutionArn": e.arns.execution(child),
		"StartDate":    child.Started.UnixMilli(),
	}
	maps.Copy(answer, requestMetadata(child, len(raw(answer))))
	return raw(answer)
}

// requestMetadata returns what the service adds to the answer of an integrated
// call; the same at every attempt.
func requestMetadata(child Record, length int) map[string]any {
	sum := sha256.Sum256(append([]byte("request"), child.Seed[:]...))
	id := formatUUID([16]byte(sum[:16]))
	headers := map[string]string{
		"Content-Length": strconv.Itoa(length), "Content-Type": "application/x-amz-json-1.0",
		"connection": "keep-alive", "Date": child.Started.Format(dateHeader), "x-amzn-RequestId": id,
	}
	lists := make(map[string][]string, len(headers))
	for name, text := range headers {
		lists[name] = []string{text}
	}
	return map[string]any{
		"SdkHttpMetadata":     map[string]any{"AllHttpHeaders": lists, "HttpHeaders": headers, "HttpStatusCode": 200},
		"SdkResponseMetadata": map[string]any{"RequestId": id},
	}
}

// dateHeader is the form of an HTTP date (RFC 9110), for times in UTC.
const dateHeader = "Mon, 02 Jan 2006 15:04:05 GMT"

// endAnswer returns what states:startExecution.sync answers: the description of the
// child. asJSON gives input and output as JSON (.sync:2) and not as strings; an
// error is a text that encoding/json does not take for JSON, since its levels
// are too many.
func (e *Engine) endAnswer(child Record, input json.RawMessage, asJSON bool) (json.RawMessage, error) {
	text := func(data json.RawMessage) any {
		if asJSON {
			return data
		}
		return string(data)
	}
	x := e.execution(child)
	answer := map[string]any{
		"ExecutionArn": x.ARN, "Name": x.Name, "StateMachineArn": x.MachineARN, "Status": x.Status,
		"StartDate": x.Started.UnixMilli(), "StopDate": x.Stopped.UnixMilli(),
		"Input": text(input), "InputDetails": map[string]any{"Included": true},
		"RedriveCount": x.RedriveCount, "RedriveStatus": "REDRIVABLE",
	}
	if x.NotRedrivable != "" {
		answer["RedriveStatus"], answer["RedriveStatusReason"] = "NOT_REDRIVABLE", x.NotRedrivable
	}
	if x.Status == Succeeded {
		answer["Output"], answer["OutputDetails"] = text(x.Output), map[string]any{"Included": true}
		return json.Marshal(answer)
	}
	if x.Error != "" {
		answer["Error"] = x.Error
	}
	if x.Cause != "" {
		answer["Cause"] = x.Cause
	}
	return json.Marshal(answer)
}
