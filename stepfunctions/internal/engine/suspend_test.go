package engine_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
)

// oldJournal has one execution as a program would find it
// that is another one than wrote it.
type oldJournal struct {
	*enginetest.Journal
	revision string
	execID   int64
	// definition and entries change what is found; nil leaves it as it is.
	definition func(document []byte) ([]byte, error)
	entries    func([][]byte) [][]byte
}

func (j *oldJournal) Revision(ctx context.Context, id string) ([]byte, error) {
	document, err := j.Journal.Revision(ctx, id)
	if err == nil && id == j.revision && j.definition != nil {
		return j.definition(document)
	}
	return document, err
}

func (j *oldJournal) Entries(ctx context.Context, id int64, after, limit int) ([][]byte, error) {
	entries, err := j.Journal.Entries(ctx, id, after, limit)
	if err == nil && id == j.execID && j.entries != nil && limit > 1 {
		entries = j.entries(entries)
	}
	return entries, err
}

// replaced stands for an interpreter that reads a definition in another way.
func replaced(old, new string) func([]byte) ([]byte, error) {
	return func(document []byte) ([]byte, error) {
		old, _ := json.Marshal(old)
		new, _ := json.Marshal(new)
		return bytes.ReplaceAll(document, bytes.Trim(old, `"`), bytes.Trim(new, `"`)), nil
	}
}

// unsummed returns entries as version 1 wrote them.
func unsummed(entries [][]byte) (old [][]byte) {
	for _, e := range entries {
		at := 2
		for range 2 { // time and ref; both kinds of number are as long
			_, n := binary.Uvarint(e[at:])
			at += n
		}
		_, n := binary.Uvarint(e[at:])
		old = append(old, append(append([]byte{1}, e[1:at]...), e[at+n:]...))
	}
	return old
}

func newest(change func([]byte) []byte) func([][]byte) [][]byte {
	return func(entries [][]byte) [][]byte {
		last := len(entries) - 1
		entries[last] = change(entries[last])
		return entries
	}
}

const pause = `{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1000, "End": true}}}`

var relay = strings.Replace(byToken(1_000_000), `"StartAt": "T", "States": {`,
	`"StartAt": "F", "States": {"F": {"Type": "Task", "Resource": "`+function+`f", "Next": "T"}, `, 1)

var unreplayable = map[string]struct {
	definition string
	found      func([]byte) ([]byte, error)
	entries    func([][]byte) [][]byte
}{
	"another state":              {relay, replaced(`"F"`, `"G"`), nil},
	"another way, not summed":    {relay, replaced(`"StartAt": "F"`, `"StartAt": "T"`), unsummed},
	"an end":                     {pause, replaced(`1000`, `0`), nil},
	"an end, not summed":         {pause, replaced(`1000`, `0`), unsummed},
	"no definition":              {relay, func([]byte) ([]byte, error) { return nil, engine.ErrNotFound }, nil},
	"an invalid definition":      {relay, func([]byte) ([]byte, error) { return []byte(`{"Definition": "{"}`), nil }, nil},
	"a damaged entry":            {relay, nil, newest(func(e []byte) []byte { return e[:len(e)-1] })},
	"an entry of a later format": {relay, nil, newest(func(e []byte) []byte { return append([]byte{99}, e[1:]...) })},
}

// suspendedFixture has an execution x that waits, and restarts with what it left
// changed. calls counts what functions are called.
func suspendedFixture(t *testing.T, name string) (w *fixture, j *oldJournal, x string, calls *atomic.Int32, log *bytes.Buffer) {
	tt := unreplayable[name]
	j, log, calls = &oldJournal{Journal: enginetest.NewJournal()}, &bytes.Buffer{}, &atomic.Int32{}
	c := enginetest.NewClock(time.Unix(1_700_000_000, 0))
	w = begin(&fixture{T: t, journal: j, clock: c, fakeClock: c, log: slog.New(slog.NewTextHandler(log, nil))})
	w.invoker.Default = func(context.Context, string, []byte) ([]byte, error) {
		calls.Add(1)
		return []byte(`{}`), nil
	}
	machine := w.create("m", tt.definition)
	x = w.run(machine, "x", `{}`)
	w.eventually("the engine to rest", w.Idle)
	if _, err := w.UpdateStateMachine(t.Context(), engine.UpdateStateMachine{ARN: machine, Revision: engine.Revision{Definition: passOn}}); err != nil {
		t.Fatal(err)
	}
	r, err := j.Find(t.Context(), machine, "x")
	if err != nil {
		t.Fatal(err)
	}
	j.revision, j.execID = r.Revision, r.ID
	w.restart(func() { j.definition, j.entries = tt.found, tt.entries })
	return w, j, x, calls, log
}

// An execution that this version cannot resume is left as it is, is logged
// once, and does not hold up any other execution.
func TestUnreplayableIsSuspended(t *testing.T) {
	for name := range unreplayable {
		t.Run(name, func(t *testing.T) {
			w, _, x, calls, log := suspendedFixture(t, name)
			before := calls.Load()
			w.wantEnd(w.run("arn:aws:states:us-east-1:123456789012:stateMachine:m", "y", `1`), "SUCCEEDED 1")
			w.fakeClock.Advance(24 * time.Hour)
			w.eventually("the engine to rest", w.Idle)
			if d, err := w.DescribeExecution(t.Context(), x); err != nil || d.Status != engine.Running {
				t.Errorf("%s, %v", d.Status, err)
			}
			if n := calls.Load() - before; n != 0 {
				t.Errorf("%d calls", n)
			}
			if n := strings.Count(log.String(), "an execution is suspended"); n != 1 || strings.Count(log.String(), "\n") != 1 {
				t.Errorf("logged %d times:\n%s", n, log)
			}
		})
	}
}

func TestSuspendedCanBeStopped(t *testing.T) {
	for name := range unreplayable {
		t.Run(name, func(t *testing.T) {
			w, _, x, _, _ := suspendedFixture(t, name)
			if _, err := w.StopExecution(t.Context(), x, "E", "enough"); err != nil {
				t.Fatal(err)
			}
			w.wantEnd(x, "ABORTED E: enough")
			w.restart(func() {})
			w.wantEnd(x, "ABORTED E: enough")
		})
	}
}

func TestSuspendedResumesWithItsVersion(t *testing.T) {
	for name, tt := range unreplayable {
		t.Run(name, func(t *testing.T) {
			w, j, x, calls, _ := suspendedFixture(t, name)
			before := calls.Load()
			w.restart(func() { j.definition, j.entries = nil, nil })
			if tt.definition == pause {
				w.fakeClock.Advance(1000 * time.Second)
			} else if err := w.SendTaskSuccess(t.Context(), w.tokenOf(x), json.RawMessage(`{}`)); err != nil {
				t.Fatal(err)
			}
			w.wantEnd(x, "SUCCEEDED {}")
			if n := calls.Load() - before; n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// tokenOf finds the newest token that the execution gave its function.
func (w *fixture) tokenOf(arn string) string {
	events, err := w.History(w.Context(), arn)
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range slices.Backward(events) {
		text, _ := e.Details["parameters"].(string)
		var p struct{ Payload struct{ Token string } }
		if json.Unmarshal([]byte(text), &p); p.Payload.Token != "" {
			return p.Payload.Token
		}
	}
	w.Fatal("no token")
	return ""
}

// pagedJournal keeps the longest list of entries that was asked for.
type pagedJournal struct {
	*enginetest.Journal
	most int
}

func (j *pagedJournal) Entries(ctx context.Context, id int64, after, limit int) ([][]byte, error) {
	entries, err := j.Journal.Entries(ctx, id, after, limit)
	j.most = max(j.most, len(entries))
	return entries, err
}

// A replay reads the journal in parts: all of it may be more than there is memory.
func TestReplayReadsInParts(t *testing.T) {
	for _, tasks := range []int{31, 32, 33, 100} {
		j := &pagedJournal{Journal: enginetest.NewJournal()}
		w := begin(&fixture{T: t, journal: j})
		w.invoker.Handle(fmt.Sprintf("%sf%d", function, tasks), func(ctx context.Context, in []byte) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		arn := w.run(w.create("m", chain(tasks)), "x", `{}`)
		// A call and an answer for each task, but for the last one.
		w.eventually("the last task", func() bool { n, _ := j.Length(t.Context(), 1); return n >= 2*tasks-1 })
		w.eventually("the last call", func() bool { w.types(arn); n, _ := j.Length(t.Context(), 1); return n == 2*tasks })
		w.restart(func() { j.most = 0 })
		if j.most == 0 || j.most > 64 {
			t.Errorf("%d entries of %d are read at a time", j.most, tasks)
		}
		w.restart(func() {
			w.invoker.Handle(fmt.Sprintf("%sf%d", function, tasks), func(_ context.Context, in []byte) ([]byte, error) { return in, nil })
		})
		w.wantEnd(arn, "SUCCEEDED {}")
		events, err := w.History(t.Context(), arn)
		if want := 2 + 5*tasks; err != nil || len(events) != want {
			t.Errorf("%d events, %v, want %d", len(events), err, want)
		}
	}
}
