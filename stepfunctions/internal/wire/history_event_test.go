package wire

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/interp"

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

// TestEveryDetailHasItsMember: what the interpreter records of an event is what
// the service's model has for it.
func TestEveryDetailHasItsMember(t *testing.T) {
	m, err := asl.Parse([]byte(`{"StartAt":"M","TimeoutSeconds":9,"States":{"M":{"Type":"Map","Label":"L","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"Next":"I"},
		"I":{"Type":"Map","Assign":{"v":1},"ItemProcessor":{"StartAt":"P2","States":{"P2":{"Type":"Pass","End":true}}},"Next":"B"},
		"B":{"Type":"Parallel","Branches":[{"StartAt":"F","States":{"F":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","Credentials":{"RoleArn":"r"},"TimeoutSeconds":8,"HeartbeatSeconds":7,"End":true}}},
		{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Credentials":{"RoleArn":"r"},"Parameters":{"FunctionName":"f"},"TimeoutSeconds":8,"HeartbeatSeconds":7,"End":true}}}],"End":true}}}`))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	model := reflect.TypeFor[types.HistoryEvent]()
	run := interp.New(m, interp.Info{VersionARN: "v", AliasARN: "a"}, interp.WithHistory(func(e interp.Event) {
		kinds[e.Type] = true
		name := detailsMember(e.Type)
		field, _ := model.FieldByName(strings.ToUpper(name[:1]) + name[1:])
		for detail := range e.Details {
			if _, ok := field.Type.Elem().FieldByName(strings.ToUpper(detail[:1]) + detail[1:]); !ok {
				t.Errorf("%s has no member %s", e.Type, detail)
			}
		}
	}))
	run.Apply(interp.Input{Kind: interp.Started, Output: json.RawMessage(`[1]`)})
	tasks, timers := run.Outstanding()
	run.Apply(interp.Input{Kind: interp.TaskSubmitted, Ref: tasks[1].Ref, Output: json.RawMessage(`{}`)})
	for range 2 {
		run.Apply(interp.Input{Kind: interp.TimerFired, Ref: timers[0].Ref})
		run.Apply(interp.Input{Kind: interp.Redriven})
	}
	if len(kinds) < 20 {
		t.Errorf("only %v were seen", slices.Sorted(maps.Keys(kinds)))
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
