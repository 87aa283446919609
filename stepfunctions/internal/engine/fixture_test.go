package engine_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
)

// fixture is an engine under test and what it stands on.
type fixture struct {
	*testing.T
	*engine.Engine
	journal   engine.Journal
	invoker   *enginetest.Invoker
	clock     engine.Clock
	fakeClock *enginetest.Clock
	ends      func(context.Context, engine.Execution) error
	log       *slog.Logger
	progress  engine.Progress
	// configure, if set, changes the engine's Config.
	configure func(*engine.Config)
}

// newFixture starts an engine over a journal in memory.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	return begin(&fixture{T: t, clock: engine.SystemClock{}})
}

// newFixtureAt starts an engine with a clock that stands still.
func newFixtureAt(t *testing.T, now time.Time) *fixture {
	t.Helper()
	c := enginetest.NewClock(now)
	return begin(&fixture{T: t, clock: c, fakeClock: c})
}

// newDrivenFixture starts an engine with a clock that jumps to whatever is due
// next when there is nothing else to do.
func newDrivenFixture(t *testing.T) *fixture {
	t.Helper()
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	w.drive()
	return w
}

func (w *fixture) drive() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.fakeClock.Drive(ctx, func() bool { return w.Sleeping() })
	}()
	w.Cleanup(func() { cancel(); <-done })
}

func begin(w *fixture) *fixture {
	w.Helper()
	if w.journal == nil {
		w.journal = enginetest.NewJournal()
	}
	w.invoker = &enginetest.Invoker{}
	w.start()
	w.Cleanup(w.stop)
	return w
}

func (w *fixture) start() {
	w.Helper()
	c := engine.Config{Journal: w.journal, Invoker: w.invoker, Clock: w.clock, Ended: w.ends, Log: w.log, Progress: w.progress}
	if w.configure != nil {
		w.configure(&c)
	}
	w.Engine = engine.New(c)
	if err := w.Engine.Start(w.Context()); err != nil {
		w.Fatal(err)
	}
}

// stop is a crash as far as functions that run are concerned.
func (w *fixture) stop() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	w.Close(ctx)
}

// restart stops the engine, calls meanwhile, and starts it again.
func (w *fixture) restart(meanwhile func()) {
	w.Helper()
	w.stop()
	meanwhile()
	w.start()
}

// create makes a Standard machine and gives its ARN.
func (w *fixture) create(name, definition string) string {
	w.Helper()
	m, err := w.CreateStateMachine(w.Context(), engine.NewStateMachine{Name: name, Revision: engine.Revision{Definition: definition, RoleARN: "arn:aws:iam::123456789012:role/r"}})
	if err != nil {
		w.Fatal(err)
	}
	return m.ARN
}

// run starts an execution and gives its ARN.
func (w *fixture) run(machineARN, name, input string) string {
	w.Helper()
	s, err := w.StartExecution(w.Context(), engine.StartExecution{MachineARN: machineARN, Name: name, Input: json.RawMessage(input)})
	if err != nil {
		w.Fatal(err)
	}
	return s.ARN
}

// ended waits for the end of an execution.
func (w *fixture) ended(arn string) engine.Execution {
	w.Helper()
	var x engine.Execution
	w.eventually("the end of "+arn, func() bool {
		var err error
		if x, err = w.DescribeExecution(w.Context(), arn); err != nil {
			w.Fatal(err)
		}
		return x.Status != engine.Running
	})
	return x
}

// eventually polls until ok, or fails after a time that only a defect takes.
func (w *fixture) eventually(what string, ok func() bool) {
	w.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(200 * time.Microsecond) {
		if time.Now().After(deadline) {
			w.Fatalf("waited 30 s for %s", what)
		}
	}
}

// wantEnd waits for an end and compares it: "SUCCEEDED output", or "FAILED error: cause".
func (w *fixture) wantEnd(arn, want string) {
	w.Helper()
	x := w.ended(arn)
	got := string(x.Status) + " " + string(x.Output)
	if x.Status != engine.Succeeded {
		got = strings.TrimRight(fmt.Sprintf("%s %s: %s", x.Status, x.Error, x.Cause), ": ")
	}
	if got != want {
		w.Errorf("%s ended\n%s, want\n%s", x.Name, got, want)
	}
}

const function = "arn:aws:lambda:us-east-1:123456789012:function:"

// chain returns a definition of so many tasks, f1, f2 and so on.
func chain(tasks int) string {
	states := make([]string, tasks)
	for i := range states {
		next := `"End": true`
		if i+1 < tasks {
			next = fmt.Sprintf(`"Next": "S%d"`, i+2)
		}
		states[i] = fmt.Sprintf(`"S%d": {"Type": "Task", "Resource": "%sf%d", %s}`, i+1, function, i+1, next)
	}
	return `{"StartAt": "S1", "States": {` + strings.Join(states, ", ") + `}}`
}

func newName() string { return rand.Text() }
