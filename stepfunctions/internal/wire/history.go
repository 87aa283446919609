package wire

import (
	"context"
	"slices"
	"strconv"

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
