package wire

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"unicode"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

type getExecutionHistoryOutput struct {
	Events    []historyEvent `json:"events"`
	NextToken *string        `json:"nextToken,omitempty"`

	// done gives back the room that the page has taken.
	done func()
}

// getExecutionHistory returns a page of the events; a token says how many come
// before the page in the order asked for.
func (s *service) getExecutionHistory(ctx context.Context, in *getExecutionHistoryInput) (*getExecutionHistoryOutput, error) {
	if f := checkExecutionARN(*in.ExecutionARN); f != nil {
		return nil, f
	}
	question := [...]any{in.ExecutionARN, optional(in.ReverseOrder)}
	from, f := pageStart(in.NextToken, question)
	if f != nil {
		return nil, f
	}
	start, _ := strconv.Atoi(from) // empty for the first page, which 0 is
	withData := in.IncludeExecutionData == nil || *in.IncludeExecutionData
	held := s.pages.take()
	done := func() { s.pages.give(held) }
	answered := false
	defer func() {
		if !answered { // by an error or a panic
			done()
		}
	}()
	events, more, err := s.engine.HistoryPage(ctx, engine.HistoryPage{
		ARN: *in.ExecutionARN, Reverse: optional(in.ReverseOrder), After: start, Limit: pageSize(in.MaxResults), Bytes: held, WithoutData: !withData,
	})
	if err != nil {
		return nil, resourceError(err, noExecution(*in.ExecutionARN))
	}
	out := &getExecutionHistoryOutput{Events: make([]historyEvent, 0, len(events)), done: done}
	size := 0
	for _, e := range events {
		out.Events = append(out.Events, historyEvent{event: e, data: withData})
		size += e.Size()
	}
	if unused := held - size; unused > 0 {
		s.pages.give(unused)
		held = size
	}
	answered = true
	if more {
		out.NextToken = nextToken(question, strconv.Itoa(start+len(events)))
	}
	return out, nil
}

// historyEvent is one event on the wire: its common members, and the member
// that holds the details of its type.
type historyEvent struct {
	event interp.Event
	// data reports whether inputs and outputs are returned.
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

// detailsMember returns the name of the member for a type's details: states share two,
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

func (h historyEvent) details() map[string]any {
	members := make(map[string]any, len(h.event.Details)+1)
	for name, v := range h.event.Details {
		data := interp.ExecutionData(name)
		if data && !h.data {
			continue
		}
		members[name] = asText(v)
		if data {
			// Nothing is ever cut here.
			members[name+"Details"] = map[string]bool{"truncated": false}
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
