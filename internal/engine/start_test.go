package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"asynchttpapi/internal/engine"
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
		{"no ARN", engine.StartExecution{MachineARN: "m"}, engine.InvalidArn},
		{"another region's ARN", engine.StartExecution{MachineARN: strings.Replace(machine, "us-east-1", "eu-west-1", 1)}, engine.InvalidArn},
		{"not JSON", engine.StartExecution{MachineARN: machine, Input: json.RawMessage(`{`)}, engine.InvalidExecutionInput},
		{"too large", engine.StartExecution{MachineARN: machine, Input: json.RawMessage(`"` + strings.Repeat("x", 262_143) + `"`)}, engine.InvalidExecutionInput},
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

func TestStop(t *testing.T) {
	w := newWorld(t)
	arn := w.run(w.create("m", waitAYear), "x", `{}`)
	at, err := w.StopExecution(t.Context(), arn, "Enough", "we have seen it")
	if err != nil {
		t.Fatal(err)
	}
	w.wantEnd(arn, "ABORTED Enough: we have seen it")
	if again, err := w.StopExecution(t.Context(), arn, "Other", ""); err != nil || !again.Equal(at) {
		t.Errorf("a second stop: %s, %v, want %s", again, err, at)
	}
	if _, err := w.StopExecution(t.Context(), arn+"2", "", ""); !errors.Is(err, code(engine.ExecutionDoesNotExist)) {
		t.Errorf("stop of nothing: %v", err)
	}
}

func TestStopCancelsTheFunction(t *testing.T) {
	w := newWorld(t)
	entered := make(chan struct{})
	cancelled := make(chan struct{})
	w.invoker.Handle(function+"f1", func(ctx context.Context, _ []byte) ([]byte, error) {
		close(entered)
		<-ctx.Done()
		close(cancelled)
		return nil, ctx.Err()
	})
	arn := w.run(w.create("m", chain(1)), "x", `{}`)
	<-entered
	if _, err := w.StopExecution(t.Context(), arn, "", ""); err != nil {
		t.Fatal(err)
	}
	<-cancelled
	w.wantEnd(arn, "ABORTED")
}

func TestWait(t *testing.T) {
	w := newWorld(t)
	arn := w.run(w.create("m", waitAYear), "x", `{}`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Wait(ctx, arn); !errors.Is(err, context.Canceled) {
		t.Errorf("a wait given up: %v", err)
	}
	ends := make(chan engine.Execution)
	go func() {
		x, err := w.Wait(t.Context(), arn)
		if err != nil {
			t.Error(err)
		}
		ends <- x
	}()
	if _, err := w.StopExecution(t.Context(), arn, "E", ""); err != nil {
		t.Fatal(err)
	}
	if x := <-ends; x.Status != engine.Aborted || x.Error != "E" {
		t.Errorf("%+v", x)
	}
	if x, err := w.Wait(t.Context(), arn); err != nil || x.Status != engine.Aborted {
		t.Errorf("after the end: %+v, %v", x, err)
	}
}

func TestClosedEngineRefuses(t *testing.T) {
	w := newWorld(t)
	machine := w.create("m", passOn)
	w.stop()
	if _, err := w.StartExecution(t.Context(), engine.StartExecution{MachineARN: machine}); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("start: %v", err)
	}
}

// Close waits for the functions that run, and writes down their answers.
func TestCloseFinishesWhatIsInHand(t *testing.T) {
	w := newWorld(t)
	entered, release := make(chan struct{}), make(chan struct{})
	calls := atomic.Int32{}
	w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) {
		calls.Add(1)
		close(entered)
		<-release
		return []byte(`1`), nil
	})
	arn := w.run(w.create("m", chain(2)), "x", `{}`)
	<-entered
	closed := make(chan error)
	go func() { closed <- w.Close(context.Background()) }()
	close(release)
	if err := <-closed; err != nil {
		t.Fatal(err)
	}
	w.start()
	w.wantEnd(arn, "SUCCEEDED 1")
	if calls.Load() != 1 {
		t.Errorf("the function ran %d times, want once", calls.Load())
	}
}

func TestInvocationsAreBounded(t *testing.T) {
	w := newWorld(t)
	w.stop()
	var now, most atomic.Int32
	w.Engine = engine.New(engine.Config{Journal: w.journal, Invoker: w.invoker, MaxInvocations: 3})
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	release := make(chan struct{})
	w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) {
		most.Store(max(most.Load(), now.Add(1)))
		<-release
		now.Add(-1)
		return []byte(`1`), nil
	})
	machine := w.create("m", chain(1))
	var arns []string
	for range 20 {
		arns = append(arns, w.run(machine, "", `{}`))
	}
	w.eventually("three functions to run", func() bool { return now.Load() == 3 })
	close(release)
	for _, arn := range arns {
		w.wantEnd(arn, "SUCCEEDED 1")
	}
	if most.Load() > 3 {
		t.Errorf("%d functions ran at a time, want 3", most.Load())
	}
}

func TestOpenExecutionsAreBounded(t *testing.T) {
	w := newWorld(t)
	w.stop()
	w.Engine = engine.New(engine.Config{Journal: w.journal, Invoker: w.invoker, MaxOpen: 2})
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	machine := w.create("m", waitAYear)
	first := w.run(machine, "1", `{}`)
	w.run(machine, "2", `{}`)
	third := engine.StartExecution{MachineARN: machine, Name: "3"}
	if _, err := w.StartExecution(t.Context(), third); !errors.Is(err, code(engine.ExecutionLimitExceeded)) {
		t.Errorf("a third: %v", err)
	}
	if _, err := w.StopExecution(t.Context(), first, "", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.StartExecution(t.Context(), third); err != nil {
		t.Errorf("a third after one has ended: %v", err)
	}
}
