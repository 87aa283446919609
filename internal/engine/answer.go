package engine

import (
	"encoding/json"
	"maps"
)

// startAnswer is what states:startExecution answers.
func (e *Engine) startAnswer(child Record) json.RawMessage {
	answer := map[string]any{
		"ExecutionArn": e.arns.execution(child),
		"StartDate":    child.Started.UnixMilli(),
	}
	maps.Copy(answer, requestMetadata(len(raw(answer))))
	return raw(answer)
}

// endAnswer is what states:startExecution.sync answers: the description of the
// child. asJSON gives input and output as JSON (.sync:2) and not as strings.
func (e *Engine) endAnswer(child Record, input json.RawMessage, asJSON bool) json.RawMessage {
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
		return raw(answer)
	}
	if x.Error != "" {
		answer["Error"] = x.Error
	}
	if x.Cause != "" {
		answer["Cause"] = x.Cause
	}
	return raw(answer)
}
