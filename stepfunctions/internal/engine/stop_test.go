package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
)

func TestStop(t *testing.T) {
	w := newFixture(t)
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
	w := newFixture(t)
	entered := make(chan struct{})
	canceled := make(chan struct{})
	w.invoker.Handle(function+"f1", func(ctx context.Context, _ []byte) ([]byte, error) {
		close(entered)
		<-ctx.Done()
		close(canceled)
		return nil, ctx.Err()
	})
	arn := w.run(w.create("m", chain(1)), "x", `{}`)
	<-entered
	if _, err := w.StopExecution(t.Context(), arn, "", ""); err != nil {
		t.Fatal(err)
	}
	<-canceled
	w.wantEnd(arn, "ABORTED")
}

func TestWait(t *testing.T) {
	w := newFixture(t)
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
	w := newFixture(t)
	machine := w.create("m", passOn)
	w.stop()
	if _, err := w.StartExecution(t.Context(), engine.StartExecution{MachineARN: machine}); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("start: %v", err)
	}
}

// Close waits for the functions that run, and writes down their answers.
func TestCloseFinishesRunningWork(t *testing.T) {
	w := newFixture(t)
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

func TestOpenExecutionsAreBounded(t *testing.T) {
	w := newFixture(t)
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

// slowJournal returns from Create some time after the execution is on disk.
type slowJournal struct {
	*enginetest.Journal
	written, release chan struct{}
}

func (j *slowJournal) Create(ctx context.Context, r engine.Record, entries [][]byte, past engine.Past) error {
	err := j.Journal.Create(ctx, r, entries, past)
	j.written <- struct{}{}
	<-j.release
	return err
}

// A list shows an execution once it is on disk, which is before its start returns.
func TestStopOfAnExecutionThatIsBeingStarted(t *testing.T) {
	j := &slowJournal{Journal: enginetest.NewJournal(), written: make(chan struct{}), release: make(chan struct{})}
	w := overJournal(t, j)
	machine := w.create("m", waitAYear)
	started := make(chan error)
	go func() {
		_, err := w.StartExecution(context.Background(), engine.StartExecution{MachineARN: machine, Name: "x"})
		started <- err
	}()
	<-j.written
	arn := strings.Replace(machine, "stateMachine", "execution", 1) + ":x"
	stopped := make(chan error)
	go func() {
		_, err := w.StopExecution(context.Background(), arn, "", "")
		stopped <- err
	}()
	select {
	case err := <-stopped:
		t.Errorf("before the start has returned: %v", err)
		close(j.release)
		<-started
		return
	case <-time.After(50 * time.Millisecond):
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.StopExecution(ctx, arn, "", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("a stop that is canceled: %v", err)
	}
	close(j.release)
	if err := <-started; err != nil {
		t.Errorf("start: %v", err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
	if x := w.ended(arn); x.Status != engine.Aborted {
		t.Errorf("it ended %s", x.Status)
	}
}

// slowRedrives returns from the write of a redrive some time after it is on disk. found,
// if set, is called once, after an execution was found.
type slowRedrives struct {
	*enginetest.Journal
	written, release chan struct{}
	found            atomic.Pointer[func()]
}

func (j *slowRedrives) Find(ctx context.Context, machineARN, name string) (engine.Record, error) {
	r, err := j.Journal.Find(ctx, machineARN, name)
	if found := j.found.Swap(nil); found != nil {
		(*found)()
	}
	return r, err
}

func (j *slowRedrives) Append(ctx context.Context, id int64, seq int, entries [][]byte, head *engine.Head) error {
	err := j.Journal.Append(ctx, id, seq, entries, head)
	if head != nil && head.RedriveCount > 0 && head.Status == engine.Running {
		j.written <- struct{}{}
		<-j.release
	}
	return err
}

func TestStopOfAnExecutionThatIsBeingRedriven(t *testing.T) {
	for _, found := range []bool{false, true} {
		j := &slowRedrives{Journal: enginetest.NewJournal(), written: make(chan struct{}), release: make(chan struct{})}
		w := overJournal(t, j)
		var calls atomic.Int32
		w.invoker.Handle(function+"f1", func(ctx context.Context, _ []byte) ([]byte, error) {
			if calls.Add(1) == 1 {
				return nil, errors.New("not now")
			}
			<-ctx.Done()
			return nil, ctx.Err()
		})
		arn := w.run(w.create("m", chain(1)), "x", `{}`)
		w.ended(arn)
		redriven, stopped := make(chan error, 1), make(chan error, 1)
		redrive := func() {
			go func() {
				_, err := w.RedriveExecution(context.Background(), arn, "")
				redriven <- err
			}()
			<-j.written
		}
		if found { // by the stop, before the redrive
			j.found.Store(&redrive)
		} else {
			redrive()
		}
		go func() {
			_, err := w.StopExecution(context.Background(), arn, "", "")
			stopped <- err
		}()
		select {
		case err := <-stopped:
			t.Errorf("before the redrive has returned: %v", err)
			stopped <- err
		case <-time.After(50 * time.Millisecond):
		}
		close(j.release)
		if err := <-redriven; err != nil {
			t.Errorf("redrive: %v", err)
		}
		if err := <-stopped; err != nil {
			t.Errorf("stop: %v", err)
		} else if x := w.ended(arn); x.Status != engine.Aborted {
			t.Errorf("it ended %s", x.Status)
		}
	}
}

// An answer that comes while a stop is written is forgotten with it where that
// fails: the function runs again.
func TestAnswerDuringAStopThatCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		journal := enginetest.NewJournal()
		var stopping atomic.Bool
		release := make(chan struct{})
		journal.Fail = func() error {
			if !stopping.CompareAndSwap(true, false) {
				return nil
			}
			close(release)
			synctest.Wait() // the answer has come
			return errDisk
		}
		w := overJournal(t, journal)
		var calls atomic.Int32
		w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) {
			calls.Add(1)
			<-release
			return []byte(`1`), nil
		})
		arn := w.run(w.create("m", chain(1)), "x", `{}`)
		synctest.Wait()
		stopping.Store(true)
		if _, err := w.StopExecution(t.Context(), arn, "", ""); !errors.Is(err, errDisk) {
			t.Errorf("stop: %v", err)
		}
		w.fakeClock.Advance(time.Minute)
		synctest.Wait()
		if x, err := w.DescribeExecution(t.Context(), arn); err != nil || x.Status != engine.Succeeded || calls.Load() != 2 {
			t.Errorf("%s after %d calls, %v, want %s after 2", x.Status, calls.Load(), err, engine.Succeeded)
		}
	})
}
