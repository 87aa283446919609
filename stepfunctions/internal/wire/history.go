package wire

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

type getExecutionHistoryOutput struct {
	Events    []historyEvent `json:"events"`
	NextToken *string        `json:"nextToken,omitempty"`
}

// getExecutionHistory tells a page of the events; a token says how many come
// before the page in the order asked for.
func (s *service) getExecutionHistory(ctx context.Context, in *getExecutionHistoryInput) (*getExecutionHistoryOutput, error) {
	if f := checkExecutionArn(*in.ExecutionARN); f != nil {
		return nil, f
	}
	question := [...]any{in.ExecutionARN, optional(in.ReverseOrder)}
	from, f := pageStart(in.NextToken, question)
	if f != nil {
		return nil, f
	}
	events, err := s.engine.History(ctx, *in.ExecutionARN)
	if err != nil {
		return nil, refusedAbout(err, noExecution(*in.ExecutionARN))
	}
	if optional(in.ReverseOrder) {
		slices.Reverse(events)
	}
	return historyPage(events, from, in, question), nil
}

func historyPage(events []interp.Event, from string, in *getExecutionHistoryInput, question any) *getExecutionHistoryOutput {
	start, _ := strconv.Atoi(from) // empty for the first page, which 0 is
	start = min(start, len(events))
	end := min(start+pageSize(in.MaxResults), len(events))
	out := &getExecutionHistoryOutput{Events: make([]historyEvent, 0, end-start)}
	withData := in.IncludeExecutionData == nil || *in.IncludeExecutionData
	for _, e := range events[start:end] {
		out.Events = append(out.Events, historyEvent{event: e, data: withData})
	}
	if end < len(events) {
		out.NextToken = nextToken(question, strconv.Itoa(end))
	}
	return out
}

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
