package engine_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

const passOn = `{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}`

func code(c engine.Code) error { return &engine.Error{Code: c} }

func TestStartIsIdempotentByName(t *testing.T) {
	w := newWorldAt(t, time.Unix(1_700_000_000, 0))
	machine := w.create("m", waitAYear)
	start := func(input string) (engine.Started, error) {
		return w.StartExecution(t.Context(), engine.StartExecution{MachineARN: machine, Name: "x", Input: json.RawMessage(input)})
	}
	first, err := start(`1`)
	if err != nil {
		t.Fatal(err)
	}
	w.fakeClock.Advance(time.Hour)
	if again, err := start(`1`); err != nil || again != first {
		t.Errorf("the same again: %+v, %v, want %+v", again, err, first)
	}
	if _, err := start(`2`); !errors.Is(err, code(engine.ExecutionAlreadyExists)) {
		t.Errorf("another input: %v", err)
	}
	if _, err := w.StopExecution(t.Context(), first.ARN, "", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := start(`1`); !errors.Is(err, code(engine.ExecutionAlreadyExists)) {
		t.Errorf("after its end: %v", err)
	}
	w.fakeClock.Advance(90*24*time.Hour + time.Second)
	if again, err := start(`1`); err != nil || again.Time.Equal(first.Time) {
		t.Errorf("after 90 days: %+v, %v", again, err)
	}
}

func TestStartRefuses(t *testing.T) {
	w := newWorld(t)
	machine := w.create("m", passOn)
	tests := []struct {
		name string
		s    engine.StartExecution
		want engine.Code
	}{
		{"no machine", engine.StartExecution{MachineARN: machine + "2"}, engine.StateMachineDoesNotExist},
		{"no version", engine.StartExecution{MachineARN: machine + ":1"}, engine.StateMachineDoesNotExist},
		{"no ARN", engine.StartExecution{MachineARN: "m"}, engine.InvalidARN},
		{"another region's ARN", engine.StartExecution{MachineARN: strings.Replace(machine, "us-east-1", "eu-west-1", 1)}, engine.InvalidARN},
		{"not JSON", engine.StartExecution{MachineARN: machine, Input: json.RawMessage(`{`)}, engine.InvalidExecutionInput},
		{"too large", engine.StartExecution{MachineARN: machine, Input: json.RawMessage(`"` + strings.Repeat("x", 262_143) + `"`)}, engine.InvalidExecutionInput},
		{"nested in too many levels", engine.StartExecution{MachineARN: machine, Input: json.RawMessage(strings.Repeat("[", 1001) + strings.Repeat("]", 1001))}, engine.InvalidExecutionInput},
		{"a name with a space", engine.StartExecution{MachineARN: machine, Name: "a b"}, engine.InvalidName},
		{"a name that is no UTF-8", engine.StartExecution{MachineARN: machine, Name: "\xff"}, engine.InvalidName},
		{"a long name", engine.StartExecution{MachineARN: machine, Name: strings.Repeat("n", 81)}, engine.InvalidName},
	}
	for _, test := range tests {
		if _, err := w.StartExecution(t.Context(), test.s); !errors.Is(err, code(test.want)) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
}

func TestStartsRace(t *testing.T) {
	w := newWorld(t)
	machine := w.create("m", waitAYear)
	var started, refused atomic.Int32
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			input := map[bool]string{true: `1`, false: `2`}[i%2 == 0]
			_, err := w.StartExecution(t.Context(), engine.StartExecution{MachineARN: machine, Name: "x", Input: json.RawMessage(input)})
			switch {
			case err == nil:
				started.Add(1)
			case errors.Is(err, code(engine.ExecutionAlreadyExists)):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if started.Load() != 20 || refused.Load() != 20 {
		t.Errorf("%d starts succeeded and %d were refused, want 20 and 20", started.Load(), refused.Load())
	}
	if page, _, err := w.ListExecutions(t.Context(), machine, "", 0, 10); err != nil || len(page) != 1 {
		t.Errorf("%d executions, %v, want 1", len(page), err)
	}
}
