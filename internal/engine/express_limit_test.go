package engine_test

import (
	"testing"
	"time"

	"asynchttpapi/internal/engine"
	"asynchttpapi/internal/engine/fake"
)

// TestExpressExecutionsAreShort: one that would wait for hours is timed out.
func TestExpressExecutionsAreShort(t *testing.T) {
	clock := fake.NewClock(time.Unix(1_700_000_000, 0))
	e := engine.New(engine.Config{Journal: fake.NewJournal(), Invoker: &fake.Invoker{}, Clock: clock})
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer e.Close(t.Context())
	m, err := e.CreateStateMachine(t.Context(), engine.NewStateMachine{Name: "m", Type: engine.Express, Revision: engine.Revision{
		Definition: `{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":99999,"End":true}}}`, RoleARN: "r",
	}})
	if err != nil {
		t.Fatal(err)
	}
	go clock.Drive(t.Context(), func() bool { return true })
	x, err := e.StartSyncExecution(t.Context(), engine.StartExecution{MachineARN: m.ARN})
	if err != nil || x.Status != engine.TimedOut {
		t.Errorf("%s, %v", x.Status, err)
	}
}
