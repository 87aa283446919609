package engine_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
)

// unused returns the revisions in the journal that no execution names.
func (w *fixture) unused() int {
	w.Helper()
	ids, err := w.journal.UnusedRevisions(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return len(ids)
}

func (w *fixture) update(arn, definition string) string {
	w.Helper()
	m, err := w.UpdateStateMachine(w.Context(), engine.UpdateStateMachine{ARN: arn, Revision: engine.Revision{Definition: definition}})
	if err != nil {
		w.Fatal(err)
	}
	return m.RevisionID
}

// many returns a definition of so many states, unlike that of any other n.
func many(n, states int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"Comment": "%d", "StartAt": "S0", "States": {`, n)
	for i := range states {
		fmt.Fprintf(&b, `"S%d": {"Type": "Pass", "Parameters": {"a.$": "$.a", "b": {"c": [1, 2, 3]}}, "Next": "S%d"}, `, i, i+1)
	}
	fmt.Fprintf(&b, `"S%d": {"Type": "Succeed"}}}`, states)
	return b.String()
}

// Definitions that nothing can need any more take neither memory nor disk.
func TestDefinitionsThatNothingNeedsGo(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	arn := w.create("m", many(0, 200))
	before := heap()
	for i := range 50 {
		w.update(arn, many(i+1, 200))
	}
	if n := w.unused(); n != 1 {
		t.Errorf("%d definitions are kept, want the current one", n)
	}
	// The journal in memory has the texts, of which a parsed definition takes 40 times as much.
	if grown := heap() - before; grown > 16<<20 {
		t.Errorf("definitions take %d MB", grown>>20)
	}
}

// Parsed definitions that executions needed are kept up to a bound.
func TestParsedDefinitionsAreBounded(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	comment := `{"Comment": "` + strings.Repeat("x", 700_000) + `%d", "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}`
	arn := w.create("m", fmt.Sprintf(comment, 0))
	var runs []string
	for i := range 8 {
		runs = append(runs, w.run(arn, "", `{}`))
		w.update(arn, fmt.Sprintf(comment, i+1))
	}
	w.restart(func() {})
	before := heap()
	for _, x := range append(runs, runs...) {
		if m, err := w.StateMachineOf(t.Context(), x); err != nil || len(m.Definition) < 700_000 {
			t.Fatal(len(m.Definition), err)
		}
	}
	if grown := heap() - before; grown > 6<<20 {
		t.Errorf("8 definitions of 700 KB that are shown take %d KB", grown>>10)
	}
}

// heap returns how much memory is in use, in bytes.
func heap() int64 {
	var memory runtime.MemStats
	runtime.GC()
	runtime.GC() // weak pointers and cleanups take two
	runtime.ReadMemStats(&memory)
	return int64(memory.HeapAlloc)
}

// What an execution, a version or a start needs stays.
func TestDefinitionsThatAreNeededStay(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	arn := w.create("m", many(0, 1))
	x := w.run(arn, "x", `{"a": 0}`)
	w.wantEnd(x, `SUCCEEDED {"b":{"c":[1,2,3]},"a":0}`)
	w.update(arn, many(1, 2))
	v, err := w.PublishStateMachineVersion(t.Context(), arn, "", "")
	if err != nil {
		t.Fatal(err)
	}
	w.update(arn, many(2, 3))
	if _, err := w.DescribeStateMachine(t.Context(), arn); err != nil { // from here on it may be about to be started
		t.Fatal(err)
	}
	w.update(arn, many(3, 4))
	if n := w.unused(); n != 3 {
		t.Errorf("%d definitions that no execution names, want the version's, the current one and the one before", n)
	}
	w.fakeClock.Advance(0) // that of the start, which a day later would be two
	w.eventually("the first sweep after", func() bool { return w.Idle() })
	if n := w.unused(); n != 3 {
		t.Errorf("%d are left by the first sweep, want all 3", n)
	}
	w.fakeClock.Advance(24 * time.Hour)
	w.eventually("the second sweep to remove one", func() bool { return w.unused() == 2 })
	w.restart(func() {})
	w.wantEnd(w.run(v.ARN, "y", `{"a": 1}`), `SUCCEEDED {"b":{"c":[1,2,3]},"a":1}`)
	if m, err := w.StateMachineOf(t.Context(), x); err != nil || m.Definition != many(0, 1) {
		t.Errorf("the definition of an execution: %.60s, %v", m.Definition, err)
	}
	w.fakeClock.Advance(0)
	if err := w.DeleteStateMachine(t.Context(), arn); err != nil {
		t.Fatal(err)
	}
	w.restart(func() {})
	w.fakeClock.Advance(0)
	w.eventually("the sweep of a start", func() bool { return w.unused() == 0 })
	if _, err := w.History(t.Context(), x); err != nil {
		t.Errorf("the history of an execution whose machine is gone: %v", err)
	}
}

// A definition that is on disk although its write returned an error is
// what the machine is at the next start.
func TestASweepKeepsWhatTheJournalNames(t *testing.T) {
	lost := false
	j := enginetest.NewJournal()
	j.Lose = func() error {
		if lost {
			return errors.New("the answer was lost")
		}
		return nil
	}
	w := &fixture{T: t, journal: j, fakeClock: enginetest.NewClock(time.Unix(1_700_000_000, 0))}
	w.clock = w.fakeClock
	begin(w)
	arn := w.create("m", many(0, 1))
	lost = true
	if _, err := w.UpdateStateMachine(t.Context(), engine.UpdateStateMachine{ARN: arn, Revision: engine.Revision{Definition: many(1, 1)}}); err == nil {
		t.Fatal("the update did not fail")
	}
	lost = false
	for range 3 {
		w.fakeClock.Advance(24 * time.Hour)
		w.eventually("the sweep", func() bool { return w.Idle() })
	}
	w.restart(func() {})
	if m, err := w.DescribeStateMachine(t.Context(), arn); err != nil || m.Definition != many(1, 1) {
		t.Errorf("after the next start: %.60s, %v", m.Definition, err)
	}
}

func TestQuotasOfAMachine(t *testing.T) {
	w := newFixture(t)
	arn := w.create("m", many(0, 1))
	v, err := w.PublishStateMachineVersion(t.Context(), arn, "", "")
	if err != nil {
		t.Fatal(err)
	}
	routes := []engine.Route{{VersionARN: v.ARN, Weight: 100}}
	for i := range 100 {
		if _, err := w.CreateStateMachineAlias(t.Context(), fmt.Sprint("a", i), "", routes); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.CreateStateMachineAlias(t.Context(), "a100", "", routes); !errors.Is(err, code(engine.ServiceQuotaExceededException)) {
		t.Errorf("alias 101: %v", err)
	}
	if _, err := w.CreateStateMachineAlias(t.Context(), "a7", "", routes); err != nil {
		t.Errorf("an alias that is there already: %v", err)
	}
	w.restart(func() { w.fillVersions(arn) })
	if _, err := w.PublishStateMachineVersion(t.Context(), arn, "", ""); err != nil {
		t.Errorf("a version that is there already: %v", err)
	}
	w.update(arn, many(1000, 1))
	if _, err := w.PublishStateMachineVersion(t.Context(), arn, "", ""); !errors.Is(err, code(engine.ServiceQuotaExceededException)) {
		t.Errorf("version 1001: %v", err)
	}
	_, err = w.UpdateStateMachine(t.Context(), engine.UpdateStateMachine{ARN: arn, Revision: engine.Revision{Definition: many(1001, 1)}, Publish: true})
	if !errors.Is(err, code(engine.ServiceQuotaExceededException)) {
		t.Errorf("an update that publishes version 1001: %v", err)
	}
}

// fillVersions returns the machine in the journal 1,000 versions of its revision.
func (w *fixture) fillVersions(arn string) {
	w.Helper()
	documents, err := w.journal.Machines(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	var d map[string]any
	if err := json.Unmarshal(documents[0], &d); err != nil {
		w.Fatal(err)
	}
	first := d["Versions"].([]any)[0].(map[string]any)
	versions := []any{first}
	for n := 2; n <= 1000; n++ {
		v := maps.Clone(first)
		v["ARN"], v["Number"] = fmt.Sprintf("%s:%d", arn, n), n
		versions = append(versions, v)
	}
	d["Versions"], d["LastVersion"] = versions, 1000
	text, err := json.Marshal(d)
	if err != nil {
		w.Fatal(err)
	}
	if err := w.journal.SaveMachine(w.Context(), arn, text, nil); err != nil {
		w.Fatal(err)
	}
}
