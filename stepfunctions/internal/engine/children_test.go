package engine_test

import (
	"context"
	"testing"
)

// TestChildrenAreJournaled: what happens inside a distributed Map's children
// leaves no event in the execution's history, and is kept all the same.
func TestChildrenAreJournaled(t *testing.T) {
	w := newWorld(t)
	w.invoker.Handle(function+"f", func(_ context.Context, in []byte) ([]byte, error) { return in, nil })
	machine := w.create("m", `{"StartAt":"All","States":{"All":{"Type":"Map","End":true,"ItemProcessor":{
		"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},
		"StartAt":"One","States":{"One":{"Type":"Task","Resource":"`+function+`f","End":true}}}}}}`)
	arn := w.run(machine, "x", `[1,2,3,4,5]`)
	w.wantEnd(arn, `SUCCEEDED [1,2,3,4,5]`)
	events, err := w.History(t.Context(), arn)
	if err != nil {
		t.Fatal(err)
	}
	if last := events[len(events)-1].Type; last != "ExecutionSucceeded" {
		t.Errorf("the journal ends with %s", last)
	}
}
