package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
)

var errDisk = errors.New("the disk is full")

// newFaultyFixture starts an engine over a journal whose writes fail while broken is set.
func newFaultyFixture(t *testing.T) (w *fixture, broken *atomic.Bool) {
	broken = &atomic.Bool{}
	journal := enginetest.NewJournal()
	journal.Fail = errDiskWhile(broken)
	return overJournal(t, journal), broken
}

// newLossyFixture starts one over a journal whose writes succeed and, while lost
// is set, return an error.
func newLossyFixture(t *testing.T) (w *fixture, lost *atomic.Bool) {
	lost = &atomic.Bool{}
	journal := enginetest.NewJournal()
	journal.Lose = errDiskWhile(lost)
	return overJournal(t, journal), lost
}

func errDiskWhile(set *atomic.Bool) func() error {
	return func() error {
		if set.Load() {
			return errDisk
		}
		return nil
	}
}

func overJournal(t *testing.T, journal engine.Journal) *fixture {
	c := enginetest.NewClock(time.Unix(1_700_000_000, 0))
	return begin(&fixture{T: t, journal: journal, clock: c, fakeClock: c})
}

func TestStartThatCannotBeWritten(t *testing.T) {
	w, broken := newFaultyFixture(t)
	machine := w.create("m", chain(1))
	broken.Store(true)
	start := engine.StartExecution{MachineARN: machine, Name: "x", Input: json.RawMessage(`1`)}
	if _, err := w.StartExecution(t.Context(), start); !errors.Is(err, errDisk) {
		t.Errorf("start: %v", err)
	}
	broken.Store(false)
	w.wantEnd(w.run(machine, "x", `1`), "SUCCEEDED 1")
	// The one that failed does not keep its machine from being deleted.
	if err := w.DeleteStateMachine(t.Context(), machine); err != nil {
		t.Fatal(err)
	}
	w.eventually("the machine to go", func() bool {
		_, err := w.DescribeStateMachine(t.Context(), machine)
		return errors.Is(err, code(engine.StateMachineDoesNotExist))
	})
}

// A result that could not be written never was: the function runs again.
func TestResultThatCannotBeWritten(t *testing.T) {
	w, broken := newFaultyFixture(t)
	var calls atomic.Int32
	w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) {
		broken.Store(calls.Add(1) <= 2)
		return []byte(`1`), nil
	})
	arn := w.run(w.create("m", chain(2)), "x", `{}`)
	for want := int32(1); want <= 2; want++ {
		w.eventually("a call", func() bool { return calls.Load() == want && w.Idle() })
		if x, err := w.DescribeExecution(t.Context(), arn); err != nil || x.Status != engine.Running {
			t.Fatalf("%s, %v", x.Status, err)
		}
		w.fakeClock.Advance(2 * time.Second)
	}
	w.wantEnd(arn, "SUCCEEDED 1")
	if calls.Load() != 3 {
		t.Errorf("the function ran %d times, want 3", calls.Load())
	}
}

// A function whose result cannot be written runs again, but less and less often.
func TestJournalThatFailsForLong(t *testing.T) {
	w, broken := newFaultyFixture(t)
	var calls atomic.Int32
	machine := w.create("m", chain(1))
	gate := make(chan struct{})
	w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) {
		<-gate
		calls.Add(1)
		return []byte(`1`), nil
	})
	arn := w.run(machine, "x", `{}`)
	broken.Store(true)
	close(gate)
	for range 600 {
		w.eventually("the engine to rest", w.Idle)
		w.fakeClock.Advance(time.Second)
	}
	if n := calls.Load(); n > 20 {
		t.Errorf("the function ran %d times in ten minutes", n)
	}
	broken.Store(false)
	w.fakeClock.Advance(time.Minute)
	w.wantEnd(arn, "SUCCEEDED 1")
}

func TestAnswersThatCannotBeWritten(t *testing.T) {
	w, broken := newFaultyFixture(t)
	tokens := w.tokens()
	arn := w.run(w.create("m", byToken(1000)), "x", `{}`)
	token := <-tokens
	w.eventually("the engine to rest", w.Idle)
	broken.Store(true)
	if err := w.SendTaskSuccess(t.Context(), token, json.RawMessage(`1`)); !errors.Is(err, errDisk) {
		t.Errorf("answer: %v", err)
	}
	if _, err := w.StopExecution(t.Context(), arn, "", ""); !errors.Is(err, errDisk) {
		t.Errorf("stop: %v", err)
	}
	broken.Store(false)
	if err := w.SendTaskSuccess(t.Context(), token, json.RawMessage(`2`)); err != nil {
		t.Errorf("answer when the disk has room again: %v", err)
	}
	w.wantEnd(arn, "SUCCEEDED 2")
	w.wantOneEnd(arn)
}

// A write that is on disk although its caller got an error is found.
func TestOutcomeOfAWriteIsUnknown(t *testing.T) {
	w, lost := newLossyFixture(t)
	tokens := w.tokens()
	machine := w.create("m", byToken(1000))
	lost.Store(true)
	start := engine.StartExecution{MachineARN: machine, Name: "x", Input: json.RawMessage(`1`)}
	if _, err := w.StartExecution(t.Context(), start); !errors.Is(err, errDisk) {
		t.Fatalf("start: %v", err)
	}
	lost.Store(false)
	arn := w.run(machine, "x", `1`)
	if again := w.run(machine, "x", `1`); again != arn {
		t.Errorf("%s, then %s", arn, again)
	}
	token := <-tokens
	w.eventually("the engine to rest", w.Idle)
	lost.Store(true)
	if err := w.SendTaskSuccess(t.Context(), token, json.RawMessage(`2`)); !errors.Is(err, errDisk) {
		t.Errorf("answer: %v", err)
	}
	lost.Store(false)
	w.fakeClock.Advance(2 * time.Second)
	w.wantEnd(arn, "SUCCEEDED 2")
	w.wantOneEnd(arn)
	w.eventually("the engine to rest", w.Idle)
	if len(tokens) > 0 {
		t.Error("the request was made twice")
	}
	if x, err := w.Wait(t.Context(), arn); err != nil || x.Status != engine.Succeeded {
		t.Errorf("%+v, %v", x, err)
	}
}

// So is a start or redrive, by whoever asks next.
func TestOutcomeOfAnOpeningIsUnknown(t *testing.T) {
	w, lost := newLossyFixture(t)
	w.tokens()
	machine := w.create("m", byToken(1000))
	const arn = "arn:aws:states:us-east-1:123456789012:execution:m:x"
	lost.Store(true)
	if _, err := w.StartExecution(t.Context(), engine.StartExecution{MachineARN: machine, Name: "x"}); !errors.Is(err, errDisk) {
		t.Fatalf("start: %v", err)
	}
	lost.Store(false)
	if at, err := w.StopExecution(t.Context(), arn, "E", ""); err != nil || at.IsZero() {
		t.Errorf("stop: %s, %v", at, err)
	}
	w.wantEnd(arn, "ABORTED E")
	lost.Store(true)
	if _, err := w.RedriveExecution(t.Context(), arn, "token"); !errors.Is(err, errDisk) {
		t.Fatalf("redrive: %v", err)
	}
	lost.Store(false)
	if at, err := w.RedriveExecution(t.Context(), arn, "token"); err != nil || at.IsZero() {
		t.Errorf("redrive again: %s, %v", at, err)
	}
	w.eventually("the engine to rest", w.Idle)
	if err := w.SendTaskSuccess(t.Context(), w.tokenOf(arn), json.RawMessage(`2`)); err != nil {
		t.Error(err)
	}
	w.wantEnd(arn, "SUCCEEDED 2")
	if x, err := w.DescribeExecution(t.Context(), arn); err != nil || x.RedriveCount != 1 {
		t.Errorf("%d redrives, %v", x.RedriveCount, err)
	}
}

// An execution whose start returned an error may outlive its machine.
func TestOpenExecutionWithoutItsMachine(t *testing.T) {
	w, lost := newLossyFixture(t)
	tokens := w.tokens()
	machine := w.create("m", byToken(1000))
	lost.Store(true)
	start := engine.StartExecution{MachineARN: machine, Name: "x", Input: json.RawMessage(`1`)}
	if _, err := w.StartExecution(t.Context(), start); !errors.Is(err, errDisk) {
		t.Fatalf("start: %v", err)
	}
	lost.Store(false)
	if err := w.DeleteStateMachine(t.Context(), machine); err != nil {
		t.Fatal(err)
	}
	w.restart(func() {})
	again := w.create("m", passOn)
	if err := w.SendTaskSuccess(t.Context(), <-tokens, json.RawMessage(`2`)); err != nil {
		t.Fatal(err)
	}
	w.wantEnd("arn:aws:states:us-east-1:123456789012:execution:m:x", "SUCCEEDED 2")
	w.restart(func() {})
	if _, err := w.DescribeStateMachine(t.Context(), again); err != nil {
		t.Errorf("the new machine of that name: %v", err)
	}
}

// stubbornJournal does not let machines go.
type stubbornJournal struct {
	*enginetest.Journal
	stubborn atomic.Bool
}

func (j *stubbornJournal) RemoveMachine(ctx context.Context, arn string) error {
	if j.stubborn.Load() {
		return errDisk
	}
	return j.Journal.RemoveMachine(ctx, arn)
}

// A crash may come between the last execution's end and its deleted machine's.
func TestDeletedMachineGoesAtTheNextStart(t *testing.T) {
	j := &stubbornJournal{Journal: enginetest.NewJournal()}
	w := overJournal(t, j)
	machine := w.create("m", passOn)
	j.stubborn.Store(true)
	if err := w.DeleteStateMachine(t.Context(), machine); !errors.Is(err, errDisk) {
		t.Fatalf("delete: %v", err)
	}
	w.restart(func() { j.stubborn.Store(false) })
	if _, err := w.DescribeStateMachine(t.Context(), machine); !errors.Is(err, code(engine.StateMachineDoesNotExist)) {
		t.Errorf("after a restart: %v", err)
	}
}

// The end of an execution is reported until the observer has returned no error.
func TestEndIsReportedAgain(t *testing.T) {
	var mu sync.Mutex
	var ends []string
	failing := true
	w := &fixture{T: t, clock: engine.SystemClock{}, ends: func(_ context.Context, x engine.Execution) error {
		mu.Lock()
		defer mu.Unlock()
		ends = append(ends, x.Name+" "+string(x.Status))
		if failing {
			return errors.New("not now")
		}
		return nil
	}}
	begin(w)
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(ends)
	}
	w.ended(w.run(w.create("m", passOn), "x", `{}`))
	w.eventually("the end to be reported", func() bool { return count() == 1 && w.Idle() })
	w.restart(func() { mu.Lock(); failing = false; mu.Unlock() })
	w.eventually("the end to be reported again", func() bool { return count() == 2 && w.Idle() })
	w.restart(func() {})
	w.eventually("the engine to rest", w.Idle)
	if n := count(); n != 2 || ends[0] != ends[1] || ends[0] != "x SUCCEEDED" {
		t.Errorf("reported %q", ends)
	}
}

// announcedJournal counts the ends that are written down as announced.
type announcedJournal struct {
	*enginetest.Journal
	announced atomic.Int32
}

func (j *announcedJournal) Announced(ctx context.Context, id int64) error {
	j.announced.Add(1)
	return j.Journal.Announced(ctx, id)
}

// An end that Ended is not called for costs no write.
func TestEndsOfOtherStatusesAreNotAnnounced(t *testing.T) {
	for _, tt := range []struct {
		of        []engine.Status
		announced int32
	}{{nil, 2}, {[]engine.Status{engine.Failed, engine.Aborted}, 1}} {
		j := &announcedJournal{Journal: enginetest.NewJournal()}
		names := make(chan string, 2)
		e := engine.New(engine.Config{Journal: j, Invoker: &enginetest.Invoker{}, EndedOf: tt.of, Ended: func(_ context.Context, x engine.Execution) error {
			names <- x.Name
			return nil
		}})
		if err := e.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		w := &fixture{T: t, Engine: e}
		w.ended(w.run(w.create("passes", passOn), "passes", `{}`))
		w.ended(w.run(w.create("fails", `{"StartAt":"F","States":{"F":{"Type":"Fail"}}}`), "fails", `{}`))
		w.eventually("the ends to be announced", e.Idle)
		if j.announced.Load() != tt.announced || len(names) != int(tt.announced) {
			t.Errorf("of %v: %d writes, %d calls", tt.of, j.announced.Load(), len(names))
		}
		if err := e.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// stuckJournal cannot remove anything, and does not say "none".
type stuckJournal struct {
	*enginetest.Journal
	asked atomic.Int32
}

func (j *stuckJournal) Expire(_ context.Context, _ time.Time, limit int) (int, error) {
	j.asked.Add(1)
	return limit, errDisk
}

func TestSweepLeavesAJournalThatFailsAlone(t *testing.T) {
	j := &stuckJournal{Journal: enginetest.NewJournal()}
	w := overJournal(t, j)
	for want := int32(1); want <= 2; want++ {
		w.fakeClock.Advance(24 * time.Hour * time.Duration(want-1))
		w.eventually("the sweep to end", w.Idle)
		if n := j.asked.Load(); n != want {
			t.Errorf("asked %d times, want %d", n, want)
		}
	}
}

func TestOldExecutionsAreRemoved(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	machine := w.create("m", passOn)
	const many = 1200 // more than two pages of the sweep
	arn := ""
	for range many {
		arn = w.run(machine, "", `{}`)
	}
	open := w.run(w.create("n", waitAYear), "x", `{}`)
	w.fakeClock.Advance(90*24*time.Hour - time.Minute)
	w.eventually("the engine to rest", w.Idle)
	w.wantEnd(arn, "SUCCEEDED {}")
	w.fakeClock.Advance(2 * time.Minute)
	if _, err := w.DescribeExecution(t.Context(), arn); !errors.Is(err, code(engine.ExecutionDoesNotExist)) {
		t.Errorf("after 90 days: %v", err)
	}
	if page, _, err := w.ListExecutions(t.Context(), machine, "", 0, 10); err != nil || len(page) != 0 {
		t.Errorf("a list after 90 days: %d, %v", len(page), err)
	}
	w.fakeClock.Advance(25 * time.Hour)
	w.eventually("the engine to rest", w.Idle)
	left, err := w.journal.List(t.Context(), engine.Filter{MachineARN: machine, Limit: many})
	if err != nil || len(left) != 0 {
		t.Errorf("%d left in the journal, %v", len(left), err)
	}
	if x, err := w.DescribeExecution(t.Context(), open); err != nil || x.Status != engine.Running {
		t.Errorf("an open one: %s, %v", x.Status, err)
	}
}

// A journal that was lost takes no write before the next start. Functions whose
// results cannot be kept do not run again and again for it, and the log does
// not repeat for each execution what the journal's provider says once.
func TestLostJournal(t *testing.T) {
	var lost atomic.Bool
	journal := enginetest.NewJournal()
	journal.Fail = func() error {
		if lost.Load() {
			return engine.ErrJournalLost
		}
		return nil
	}
	w := overJournal(t, journal)
	var calls atomic.Int32
	w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) {
		lost.Store(calls.Add(1) == 1)
		return []byte(`1`), nil
	})
	machine := w.create("m", chain(1))
	arn := w.run(machine, "x", `{}`)
	w.eventually("the call", func() bool { return calls.Load() == 1 && w.Idle() })
	w.fakeClock.Advance(time.Hour)
	w.eventually("quiet", w.Idle)
	if n := calls.Load(); n != 1 {
		t.Errorf("the function ran %d times, want once", n)
	}
	if _, err := w.StartExecution(t.Context(), engine.StartExecution{MachineARN: machine}); !errors.Is(err, engine.ErrJournalLost) {
		t.Errorf("start: %v", err)
	}
	if x, err := w.DescribeExecution(t.Context(), arn); err != nil || x.Status != engine.Running {
		t.Errorf("%+v, %v, want what the journal has", x, err)
	}
	w.stop()
	lost.Store(false)
	w.start()
	w.wantEnd(arn, "SUCCEEDED 1")
}

// forgetfulJournal removes executions between a search by name and a read.
type forgetfulJournal struct{ *enginetest.Journal }

func (forgetfulJournal) Record(context.Context, int64) (engine.Record, error) {
	return engine.Record{}, engine.ErrNotFound
}

// A new execution may take the name of one of a deleted machine while that is
// being stopped.
func TestStopOfAnExecutionThatGoes(t *testing.T) {
	w := overJournal(t, forgetfulJournal{enginetest.NewJournal()})
	arn := w.run(w.create("m", passOn), "x", `{}`)
	w.ended(arn)
	if _, err := w.StopExecution(t.Context(), arn, "", ""); !errors.Is(err, code(engine.ExecutionDoesNotExist)) {
		t.Errorf("got %v", err)
	}
}
