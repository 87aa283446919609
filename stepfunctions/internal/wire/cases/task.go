package cases

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// function is the name of the function a task calls, empty for other tasks.
func (t Task) function() string {
	arn := t.Resource
	if t.Scheduled == "TaskScheduled" {
		request, ok := t.Request.(map[string]any)
		if !ok || t.ResourceType != "lambda" {
			return ""
		}
		arn, _ = request["FunctionName"].(string)
	}
	if _, name, ok := strings.Cut(arn, ":function:"); ok {
		arn = name
	}
	name, _, _ := strings.Cut(arn, ":")
	return name
}

func (t Task) payload() any {
	if t.Scheduled == "TaskScheduled" {
		request, _ := t.Request.(map[string]any)
		return request["Payload"]
	}
	return t.Request
}

// tooLarge is a result that no state may have.
const tooLarge = 300 << 10

func (t Task) answer(w http.ResponseWriter) {
	o := t.Outcome
	switch {
	case strings.HasSuffix(o.Event, "Succeeded"):
		succeed(w, t.result())
	case o.Error == "States.DataLimitExceeded":
		succeed(w, encoded(strings.Repeat("x", tooLarge)))
	case strings.HasPrefix(o.Error, "Lambda."):
		t.refuse(w)
	default:
		fail(w, encoded(o.Cause))
	}
}

// result is what the function returned, taken out of what the integration
// makes of it. An output that is text is JSON that the recorder left alone.
func (t Task) result() []byte {
	output, ok := t.Outcome.Output.(map[string]any)
	if t.Scheduled == "TaskScheduled" && ok {
		return encoded(output["Payload"])
	}
	if text, ok := t.Outcome.Output.(string); ok {
		return []byte(text)
	}
	return encoded(t.Outcome.Output)
}

// refuse answers as the Lambda service does when it does not run a function.
func (t Task) refuse(w http.ResponseWriter) {
	message, _ := t.Outcome.Cause.(string)
	message, _, _ = strings.Cut(message, " (Service:")
	w.Header().Set("X-Amzn-Errortype", strings.TrimPrefix(t.Outcome.Error, "Lambda."))
	w.WriteHeader(http.StatusNotFound)
	w.Write(encoded(map[string]string{"Message": message}))
}

func succeed(w http.ResponseWriter, payload []byte) {
	w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	w.Header().Set("Content-Type", "application/json")
	w.Write(payload)
}

func fail(w http.ResponseWriter, payload []byte) {
	w.Header().Set("X-Amz-Function-Error", "Unhandled")
	succeed(w, payload)
}

func encoded(v any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(v) != nil {
		return []byte("null")
	}
	return bytes.TrimSpace(out.Bytes())
}

func decoded(text []byte) any {
	var v any
	if json.Unmarshal(text, &v) != nil {
		return string(text)
	}
	return v
}
