package sfnapi

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"asynchttpapi/internal/asl/interp"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// bare are the types of events that have no details in the service's model.
var bare = []types.HistoryEventType{
	"LambdaFunctionStarted", "MapRunAborted", "MapRunSucceeded", "MapStateAborted", "MapStateFailed", "MapStateSucceeded",
	"ParallelStateAborted", "ParallelStateFailed", "ParallelStateStarted", "ParallelStateSucceeded", "TaskStateAborted", "WaitStateAborted",
}

func TestEveryTypeHasItsMember(t *testing.T) {
	event := reflect.TypeFor[types.HistoryEvent]()
	for _, kind := range types.HistoryEventType("").Values() {
		name := detailsMember(string(kind))
		_, ok := event.FieldByName(strings.ToUpper(name[:1]) + name[1:])
		if ok == slices.Contains(bare, kind) {
			t.Errorf("%s: %s is a member: %v", kind, name, ok)
		}
	}
}

func TestEventOnTheWire(t *testing.T) {
	e := interp.Event{ID: 3, Previous: 2, Type: "PassStateExited", At: time.UnixMilli(1_700_000_000_120), Details: map[string]any{
		"name": "A", "output": json.RawMessage(`{"a": 1}`),
	}}
	for data, want := range map[bool]string{
		true:  `{"id":3,"previousEventId":2,"stateExitedEventDetails":{"name":"A","output":"{\"a\": 1}","outputDetails":{"truncated":false}},"timestamp":1700000000.120,"type":"PassStateExited"}`,
		false: `{"id":3,"previousEventId":2,"stateExitedEventDetails":{"name":"A"},"timestamp":1700000000.120,"type":"PassStateExited"}`,
	} {
		text, err := json.Marshal(historyEvent{event: e, data: data})
		if err != nil || string(text) != want {
			t.Errorf("%s %v\nwant %s", text, err, want)
		}
	}
}
