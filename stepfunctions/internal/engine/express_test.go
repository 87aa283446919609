package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

func TestExpress(t *testing.T) {
	w := newFixture(t)
	m, err := w.CreateStateMachine(t.Context(), engine.NewStateMachine{Name: "m", Type: engine.Express, Revision: engine.Revision{Definition: chain(3)}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // names are not unique
		x, err := w.StartSyncExecution(t.Context(), engine.StartExecution{MachineARN: m.ARN, Name: "x", Input: []byte(`5`)})
		if err != nil || x.Status != engine.Succeeded || string(x.Output) != "5" || string(x.Input) != "5" || !strings.Contains(x.ARN, ":express:m:x:") {
			t.Errorf("%+v, %v", x, err)
		}
	}
	w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) {
		return nil, &engine.FunctionError{Payload: []byte(`{"errorType":"Boom"}`)}
	})
	if x, err := w.StartSyncExecution(t.Context(), engine.StartExecution{MachineARN: m.ARN}); err != nil || x.Error != "Boom" {
		t.Errorf("%+v, %v", x, err)
	}
	if _, err := w.StartSyncExecution(t.Context(), engine.StartExecution{MachineARN: w.create("standard", passOn)}); !errors.Is(err, code(engine.StateMachineTypeNotSupported)) {
		t.Errorf("a standard machine: %v", err)
	}
}

// An Express execution ends after five minutes, and before if its definition
// says so. It does not keep the engine from sleeping.
func TestExpressTimesOut(t *testing.T) {
	w := newDrivenFixture(t)
	for definition, want := range map[string]time.Duration{
		waitAYear: 5 * time.Minute,
		strings.Replace(waitAYear, "{", `{"TimeoutSeconds": 400, `, 1): 5 * time.Minute,
		strings.Replace(waitAYear, "{", `{"TimeoutSeconds": 60, `, 1):  time.Minute,
	} {
		m, err := w.CreateStateMachine(t.Context(), engine.NewStateMachine{Name: newName(), Type: engine.Express, Revision: engine.Revision{Definition: definition}})
		if err != nil {
			t.Fatal(err)
		}
		x, err := w.StartSyncExecution(t.Context(), engine.StartExecution{MachineARN: m.ARN})
		if took := x.Stopped.Sub(x.Started); err != nil || x.Status != engine.TimedOut || took != want {
			t.Errorf("%s after %s, %v, want TIMED_OUT after %s", x.Status, took, err, want)
		}
	}
}

func TestClosingEndsWaits(t *testing.T) {
	w := newFixture(t)
	arn := w.run(w.create("m", waitAYear), "x", `{}`)
	m, err := w.CreateStateMachine(t.Context(), engine.NewStateMachine{Name: "e", Type: engine.Express, Revision: engine.Revision{Definition: waitAYear}})
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan error, 2)
	go func() { _, err := w.Wait(t.Context(), arn); results <- err }()
	go func() {
		_, err := w.StartSyncExecution(t.Context(), engine.StartExecution{MachineARN: m.ARN})
		results <- err
	}()
	w.eventually("the engine to rest", w.Idle)
	w.stop()
	for range 2 {
		if err := <-results; !errors.Is(err, engine.ErrClosed) {
			t.Errorf("error %v, want ErrClosed", err)
		}
	}
}
