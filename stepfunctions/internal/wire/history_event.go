package wire

import (
	"encoding/json"
	"strings"
	"unicode"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// historyEvent is one event on the wire: its common members, and the member
// that holds the details of its type.
type historyEvent struct {
	event interp.Event
	// data tells whether inputs and outputs are told.
	data bool
}

// MarshalJSON writes id, previousEventId, timestamp, type and the details.
func (h historyEvent) MarshalJSON() ([]byte, error) {
	members := map[string]any{
		"id":              h.event.ID,
		"previousEventId": h.event.Previous,
		"timestamp":       stamp(h.event.At),
		"type":            h.event.Type,
	}
	if h.event.Details != nil {
		members[detailsMember(h.event.Type)] = h.details()
	}
	return json.Marshal(members)
}

// detailsMember names the member for a type's details: states share two,
// every other type has its own.
func detailsMember(kind string) string {
	switch {
	case strings.HasSuffix(kind, "StateEntered"):
		return "stateEnteredEventDetails"
	case strings.HasSuffix(kind, "StateExited"):
		return "stateExitedEventDetails"
	}
	return string(unicode.ToLower(rune(kind[0]))) + kind[1:] + "EventDetails"
}

// executionData are the members that carry data, and the member beside each
// that says whether it was cut. Nothing is ever cut here.
var executionData = map[string]string{
	"input":             "inputDetails",
	"output":            "outputDetails",
	"assignedVariables": "assignedVariablesDetails",
}

func (h historyEvent) details() map[string]any {
	members := make(map[string]any, len(h.event.Details)+1)
	for name, v := range h.event.Details {
		beside, isData := executionData[name]
		if isData && !h.data {
			continue
		}
		members[name] = asText(v)
		if isData {
			members[beside] = map[string]bool{"truncated": false}
		}
	}
	return members
}

// asText turns JSON into the string that the wire carries it in.
func asText(v any) any {
	if raw, ok := v.(json.RawMessage); ok {
		return string(raw)
	}
	return v
}
