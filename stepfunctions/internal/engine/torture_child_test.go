package engine_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
	"example.org/asynchttpapi/stepfunctions/internal/journal"
)

// The environment of a victim: its folder, and whether it starts executions or
// only finishes the open ones.
const (
	tortureDir  = "ENGINE_TORTURE_DIR"
	tortureMode = "ENGINE_TORTURE_MODE"
)

// maxOpen is how many executions a victim keeps under way.
const maxOpen = 40

func flaky(next string) string {
	return `{"Type": "Task", "Resource": "` + function + `flaky", ` + next + `,
		"Retry": [{"ErrorEquals": ["Boom"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 8}]}`
}

func tortureMachines() map[string]string {
	wait := `{"Type": "Wait", "TimestampPath": "$.at", "Next": "T"}`
	token := `{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": true,
		"Parameters": {"FunctionName": "ask", "Payload": {"token.$": "$$.Task.Token"}}}`
	return map[string]string{
		"chain": chain(3),
		"child": `{"StartAt": "W", "States": {"W": ` + wait + `, "T": ` + flaky(`"End": true`) + `}}`,
		"token": `{"StartAt": "A", "States": {"A": ` + token + `}}`,
		"nested": `{"StartAt": "N", "States": {"N": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Next": "E",
			"Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:child", "Input.$": "$"}},
			"E": {"Type": "Fail", "Error": "Done", "CausePath": "$.ExecutionArn"}}}`,
		"mixed": `{"StartAt": "P", "States": {"P": {"Type": "Parallel", "Next": "M", "ResultPath": null, "Branches": [
				{"StartAt": "W", "States": {"W": ` + wait + `, "T": ` + flaky(`"End": true`) + `}},
				{"StartAt": "A", "States": {"A": ` + token + `}}]},
			"M": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 3, "End": true,
				"ItemProcessor": {"StartAt": "F", "States": {"F": ` + flaky(`"End": true`) + `}}}}}`,
	}
}

// victim is a process that runs an engine until it is killed. What it has seen
// it writes to standard output, line by line, the moment it sees it.
type victim struct {
	*engine.Engine
	mu     sync.Mutex
	tokens *os.File
}

func (v *victim) say(format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	fmt.Fprintf(os.Stdout, format+"\n", args...)
}

// TestMain makes this binary the process that TestTorture kills, if the environment says so.
func TestMain(m *testing.M) {
	dir := os.Getenv(tortureDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	if err := beVictim(context.Background(), dir, os.Getenv(tortureMode) == "start"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// dataOf returns the data folder: what a victim notes of its tokens is beside it.
func dataOf(dir string) string { return filepath.Join(dir, "data") }

func beVictim(ctx context.Context, dir string, starts bool) error {
	db, err := sqlite.Open(dataOf(dir), journal.Schema)
	if err != nil {
		return err
	}
	defer db.Close()
	v := &victim{}
	if v.tokens, err = os.OpenFile(filepath.Join(dir, "tokens"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return err
	}
	defer v.tokens.Close()
	i := &enginetest.Invoker{Default: v.flaky}
	i.Handle("ask", v.ask)
	v.Engine = engine.New(engine.Config{Journal: journal.New(db), Invoker: i, Ended: v.ended})
	if err := v.Start(ctx); err != nil {
		return err
	}
	defer v.Close(ctx)
	for {
		err := v.define(ctx)
		if err == nil {
			break
		}
		if !errors.Is(err, engine.ErrJournalFull) {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
	v.say("ready")
	old := filepath.Join(dir, "tokens")
	if starts {
		go v.answerOld(ctx, old)
		return v.startForEver(ctx)
	}
	v.answerOld(ctx, old)
	return v.drain(ctx)
}

func (v *victim) define(ctx context.Context) error {
	for name, definition := range tortureMachines() {
		if _, err := v.CreateStateMachine(ctx, engine.NewStateMachine{Name: name, Revision: engine.Revision{Definition: definition}}); err != nil {
			return err
		}
	}
	return nil
}

func (v *victim) ended(_ context.Context, x engine.Execution) error {
	v.say("ended %s %s %x", x.ARN, x.Status, sum(x))
	return nil
}

// sum stands for everything that the end of an execution says.
func sum(x engine.Execution) []byte {
	h := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%s|%s", x.Status, x.Output, x.Error, x.Cause, x.Stopped))
	return h[:8]
}

// flaky fails now and then, and never answers the same twice, so that a result
// that was recorded and then forgotten shows.
func (v *victim) flaky(context.Context, string, []byte) ([]byte, error) {
	if rand.IntN(20) == 0 {
		return nil, &engine.FunctionError{Payload: []byte(`{"errorType":"Boom"}`)}
	}
	return fmt.Appendf(nil, `%d`, rand.Uint64()), nil
}

// ask puts the token where the next process finds it, and answers a little later.
func (v *victim) ask(_ context.Context, payload []byte) ([]byte, error) {
	var p struct{ Token string }
	if err := json.Unmarshal(payload, &p); err != nil {
		return nil, err
	}
	if _, err := v.tokens.WriteString(p.Token + "\n"); err != nil {
		return nil, err
	}
	time.AfterFunc(time.Duration(rand.IntN(100))*time.Millisecond, func() { v.answer(context.Background(), p.Token) })
	return []byte(`{}`), nil
}

func (v *victim) answer(ctx context.Context, token string) {
	err := v.SendTaskSuccess(ctx, token, fmt.Appendf(nil, `%d`, rand.Uint64()))
	if errors.Is(err, engine.ErrJournalFull) {
		time.AfterFunc(10*time.Millisecond, func() { v.answer(ctx, token) })
	} else if err != nil && !errors.Is(err, errGone) && !errors.Is(err, engine.ErrClosed) {
		v.say("broken a token: %v", err)
	}
}

// answerOld answers the tokens that were out when the last process was killed.
func (v *victim) answerOld(ctx context.Context, file string) {
	tokens, err := os.ReadFile(file)
	if err != nil {
		v.say("broken a file of tokens: %v", err)
	}
	for _, token := range strings.Fields(string(tokens)) {
		v.answer(ctx, token)
	}
}

// startForEver keeps executions under way, stopping one now and then.
func (v *victim) startForEver(ctx context.Context) error {
	open := make(chan struct{}, maxOpen)
	for {
		free := func() { <-open }
		select {
		case open <- struct{}{}:
		case <-time.After(100 * time.Millisecond): // perhaps all of them wait for room on the disk
			free = func() {}
		}
		for name := range tortureMachines() { // in a random order
			if name == "child" {
				continue
			}
			started, err := v.StartExecution(ctx, engine.StartExecution{
				MachineARN: "arn:aws:states:us-east-1:123456789012:stateMachine:" + name,
				Input:      fmt.Appendf(nil, `{"items": [1, 2, 3, 4, 5], "at": %q}`, time.Now().Add(time.Duration(rand.IntN(300))*time.Millisecond).UTC().Format(time.RFC3339Nano)),
			})
			if errors.Is(err, engine.ErrJournalFull) {
				v.say("full")
				time.Sleep(5 * time.Millisecond)
				free()
				break
			}
			if err != nil {
				return err
			}
			v.say("accepted %s", started.ARN)
			go func() {
				if rand.IntN(10) == 0 {
					v.StopExecution(ctx, started.ARN, "Stopped", "by torture")
				}
				v.Wait(ctx, started.ARN)
				free()
			}()
			break
		}
	}
}

// drain waits until everything has ended and been reported.
func (v *victim) drain(ctx context.Context) error {
	for name := range tortureMachines() {
		for _, x := range v.running(ctx, name) {
			if _, err := v.Wait(ctx, x.ARN); err != nil {
				return err
			}
		}
	}
	for !v.Idle() {
		time.Sleep(time.Millisecond)
	}
	return nil
}

func (v *victim) running(ctx context.Context, name string) []engine.Execution {
	page, _, err := v.ListExecutions(ctx, "arn:aws:states:us-east-1:123456789012:stateMachine:"+name, engine.Running, 0, 1_000_000)
	if err != nil {
		v.say("broken a list: %v", err)
	}
	return page
}
