package engine_test

import (
	"context"
	"errors"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

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
