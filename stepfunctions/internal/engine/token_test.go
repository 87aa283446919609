package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// byToken returns a machine whose one task waits for its token, which its function
// hands on; heartbeat is the task's HeartbeatSeconds.
func byToken(heartbeat int) string {
	return fmt.Sprintf(`{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
		"Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}}, "HeartbeatSeconds": %d, "End": true}}}`, heartbeat)
}

// tokens has the function ask hand its tokens to the channel.
func (w *fixture) tokens() <-chan string {
	c := make(chan string, 100)
	w.invoker.Handle("ask", func(_ context.Context, payload []byte) ([]byte, error) {
		var p struct{ Token string }
		err := json.Unmarshal(payload, &p)
		c <- p.Token
		return []byte(`"asked"`), err
	})
	return c
}

var errGone = &engine.Error{Code: engine.TaskTimedOut}

func TestTokenSucceeds(t *testing.T) {
	w := newFixture(t)
	tokens := w.tokens()
	arn := w.run(w.create("m", byToken(1000)), "x", `{}`)
	token := <-tokens
	if err := w.SendTaskSuccess(t.Context(), token, json.RawMessage(`{"a":1}`)); err != nil {
		t.Fatal(err)
	}
	w.wantEnd(arn, `SUCCEEDED {"a":1}`)
	if err := w.SendTaskSuccess(t.Context(), token, json.RawMessage(`2`)); !errors.Is(err, errGone) {
		t.Errorf("a second answer: %v", err)
	}
	w.wantEnd(arn, `SUCCEEDED {"a":1}`)
}

func TestTokenFails(t *testing.T) {
	w := newFixture(t)
	tokens := w.tokens()
	arn := w.run(w.create("m", byToken(1000)), "x", `{}`)
	if err := w.SendTaskFailure(t.Context(), <-tokens, "Refused", "not today"); err != nil {
		t.Fatal(err)
	}
	w.wantEnd(arn, `FAILED Refused: not today`)
}

func TestTokenIsChecked(t *testing.T) {
	w := newFixture(t)
	tokens := w.tokens()
	arn := w.run(w.create("m", byToken(1000)), "x", `{}`)
	token := <-tokens
	// The last character of the encoding holds unused bits; the one before does not.
	forged := []byte(token)
	forged[len(forged)-2] ^= 1
	for name, bad := range map[string]string{"empty": "", "nonsense": "%%%", "forged": string(forged), "cut": token[:20]} {
		if err := w.SendTaskSuccess(t.Context(), bad, json.RawMessage(`1`)); !errors.Is(err, &engine.Error{Code: engine.InvalidToken}) {
			t.Errorf("%s token: %v", name, err)
		}
	}
	deep := json.RawMessage(strings.Repeat("[", 1001) + strings.Repeat("]", 1001))
	if err := w.SendTaskSuccess(t.Context(), token, deep); !errors.Is(err, &engine.Error{Code: engine.InvalidOutput}) {
		t.Errorf("an output of 1,001 levels: %v", err)
	}
	if err := w.SendTaskSuccess(t.Context(), token, json.RawMessage(`{`)); !errors.Is(err, &engine.Error{Code: engine.InvalidOutput}) {
		t.Errorf("an output that is not JSON: %v", err)
	}
	if x, err := w.DescribeExecution(t.Context(), arn); err != nil || x.Status != engine.Running {
		t.Errorf("status %s, %v", x.Status, err)
	}
}

func TestTokenSurvivesARestart(t *testing.T) {
	w := newFixture(t)
	tokens := w.tokens()
	arn := w.run(w.create("m", byToken(1000)), "x", `{}`)
	token := <-tokens
	w.eventually("the engine to rest", w.Idle)
	w.restart(func() {})
	w.eventually("the engine to rest", w.Idle)
	if len(tokens) > 0 {
		t.Error("the request was made again")
	}
	if err := w.SendTaskSuccess(t.Context(), token, json.RawMessage(`1`)); err != nil {
		t.Fatal(err)
	}
	w.wantEnd(arn, `SUCCEEDED 1`)
}

func TestHeartbeat(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	tokens := w.tokens()
	arn := w.run(w.create("m", byToken(10)), "x", `{}`)
	token := <-tokens
	for range 5 {
		w.eventually("the engine to rest", w.Idle)
		w.fakeClock.Advance(9 * time.Second)
		if err := w.SendTaskHeartbeat(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	w.restart(func() {})
	w.eventually("the engine to rest", w.Idle)
	w.fakeClock.Advance(9 * time.Second)
	if err := w.SendTaskHeartbeat(t.Context(), token); err != nil {
		t.Errorf("a heartbeat after a restart: %v", err)
	}
	w.fakeClock.Advance(10 * time.Second)
	w.wantEnd(arn, `FAILED States.HeartbeatTimeout`)
	if err := w.SendTaskHeartbeat(t.Context(), token); !errors.Is(err, errGone) {
		t.Errorf("a heartbeat after the end: %v", err)
	}
}

// Of all that may end a task at the same moment exactly one does.
func TestEndsRace(t *testing.T) {
	w := newFixture(t)
	tokens := w.tokens()
	machine := w.create("m", byToken(1000))
	for range 50 {
		arn := w.run(machine, "", `{}`)
		token := <-tokens
		var accepted atomic.Int32
		var wg sync.WaitGroup
		answer := func(send func() error) {
			wg.Go(func() {
				switch err := send(); {
				case err == nil:
					accepted.Add(1)
				case !errors.Is(err, errGone):
					t.Error(err)
				}
			})
		}
		for range 3 {
			answer(func() error { return w.SendTaskSuccess(t.Context(), token, json.RawMessage(`1`)) })
			answer(func() error { return w.SendTaskFailure(t.Context(), token, "E", "") })
		}
		wg.Go(func() {
			if _, err := w.StopExecution(t.Context(), arn, "", ""); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		first := w.ended(arn)
		if want := map[bool]int32{true: 0, false: 1}[first.Status == engine.Aborted]; accepted.Load() != want {
			t.Errorf("%s with %d answers accepted", first.Status, accepted.Load())
		}
		w.wantOneEnd(arn)
	}
}

// wantOneEnd fails unless the history has one end, at its end.
func (w *fixture) wantOneEnd(arn string) {
	w.Helper()
	events, err := w.History(w.Context(), arn)
	if err != nil {
		w.Fatal(err)
	}
	ends := 0
	for _, event := range events {
		switch event.Type {
		case "ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut":
			ends++
		}
	}
	if ends != 1 {
		w.Errorf("%d ends in the history of %s", ends, arn)
	}
}
