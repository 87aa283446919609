package async_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

// Waiting polls ever more slowly, and reads no more than it has to.
func TestWaitPollsSparingly(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.put(async.State{Status: api.Running, Rank: 1})
		v, err := w.Status(t.Context(), id, time.Hour)
		if err != nil || v.Waited != 10*time.Second || time.Since(w.start) != 10*time.Second {
			t.Errorf("waited %v until %v, %v", v.Waited, time.Since(w.start), err)
		}
		if reads := len(w.faults.Calls()); reads < 5 || reads > 20 {
			t.Errorf("%d reads in 10 s", reads)
		}
		if v, err := w.Status(t.Context(), id, -time.Hour); err != nil || v.Waited != 0 {
			t.Errorf("a negative wait: %v, %v", v.Waited, err)
		}
	})
}

// Beyond MaxWaits a wait is not granted, of a read as of a submit, and its place
// is free again when it ends.
func TestWaitsLeaveRoom(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.put(async.State{Status: api.Running, Rank: 1})
		done := make(chan error)
		leave, cancel := context.WithCancel(t.Context())
		for _, ctx := range []context.Context{leave, t.Context()} {
			go func() {
				_, err := w.Status(ctx, id, 10*time.Second)
				done <- err
			}()
		}
		synctest.Wait()
		if v, err := w.Status(t.Context(), id, 10*time.Second); err != nil || v.Waited != 0 || v.RetryAfter == 0 {
			t.Errorf("a third wait: %v, %v", v.Waited, err)
		}
		if v, err := w.Submit(t.Context(), async.Submission{Body: []byte(`{"Name":"x"}`), Wait: 10 * time.Second}); err != nil || v.Waited != 0 {
			t.Errorf("a submit that waits: %v, %v", v.Waited, err)
		}
		if !time.Now().Equal(w.start) {
			t.Errorf("%v have passed", time.Since(w.start))
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if v, err := w.Status(t.Context(), id, 2*time.Second); err != nil || v.Waited != 2*time.Second {
			t.Errorf("a place is free: %v, %v", v.Waited, err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	}, func(_ *fixture, c *async.Config) { c.MaxWaits, c.Observer = 2, nil })
}

// A wait ends with the submission, with its request, and with a failing Store:
// what is known is still an answer.
func TestWaitEndsEarly(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.put(async.State{Status: api.Running, Rank: 1})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if v, err := w.Status(ctx, id, 10*time.Second); err != nil || v.ID != id || time.Since(w.start) != 50*time.Millisecond {
			t.Errorf("request over: %+v, %v after %v", v, err, time.Since(w.start))
		}
		w.faults.Once("Store.Get", func(ctx context.Context, call func(context.Context) error) error {
			w.faults.Once("Store.Get", asynctest.Refuse)
			return call(ctx)
		})
		if v, err := w.Status(t.Context(), id, 10*time.Second); err != nil || v.Status != api.Running {
			t.Errorf("store down: %+v, %v", v, err)
		}
		done := async.State{Status: api.Succeeded, Rank: 2}
		time.AfterFunc(3*time.Second, func() {
			if _, err := w.store.Advance(context.Background(), id, async.Change{State: &done}); err != nil {
				t.Error(err)
			}
		})
		began := time.Now()
		if v, err := w.Status(t.Context(), id, 10*time.Second); err != nil || v.Status != api.Succeeded || time.Since(began) > 4*time.Second {
			t.Errorf("ended: %+v, %v after %v", v, err, time.Since(began))
		}
	})
}

// A view has a result only after a success, and its validator changes with it.
func TestViews(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.put(async.State{Status: api.Running, Rank: 1, Percent: 30, Error: &api.Error{Code: "Stale"}})
		r := w.record(t, id)
		r.Result = []byte(`{"Number":1}`)
		w.store.Put(r)
		running, err := w.Result(t.Context(), id, 0)
		if err != nil || running.View.HasResult || running.Inline != nil || running.View.Result != nil || running.View.Error != nil ||
			running.View.PercentComplete != 30 || running.View.RetryAfter == 0 {
			t.Errorf("running: %+v, %v", running, err)
		}
		r.Status = api.Succeeded
		w.store.Put(r)
		done, err := w.Result(t.Context(), id, 0)
		if err != nil || !done.View.HasResult || string(done.Inline) != `{"Number":1}` || done.View.PercentComplete != 100 ||
			done.View.RetryAfter != 0 || done.View.ETag == running.View.ETag || done.View.ETag[0] != '"' {
			t.Errorf("done: %+v, %v", done, err)
		}
		r.Result, r.Large = nil, &async.ResultInfo{Key: "k"}
		w.store.Put(r)
		if done, err := w.Result(t.Context(), id, 0); err != nil || done.Large == nil || done.URL != "" {
			t.Errorf("large: %+v, %v", done, err)
		}
		r.Large = nil
		w.store.Put(r)
		if done, err := w.Result(t.Context(), id, 0); code(err) != api.CodeNotFound || !done.View.Status.Terminal() {
			t.Errorf("no result: %+v, %v", done, err)
		}
		for _, other := range []string{"", "nonsense", async.NewSecret()} {
			if _, err := w.Result(t.Context(), other, 0); code(err) != api.CodeNotFound {
				t.Errorf("%q: %v", other, err)
			}
		}
	})
}

func TestReconcile(t *testing.T) {
	running := async.State{Status: api.Running, CustomStatus: "Last", Rank: 3, Percent: 70}
	done := async.State{Status: api.Succeeded, CustomStatus: "Done", Rank: 4, Percent: 100}
	failed := func(code string, redrive int) async.State {
		message := map[string]string{api.CodeTimedOut: "Too late."}[code]
		if message == "" {
			message = "Failed."
		}
		return async.State{
			Status: api.Failed, CustomStatus: "Last", Message: message, Error: &api.Error{Code: code, Message: message},
			Redrive: redrive, Rank: async.RankEnded, Percent: 70,
		}
	}
	reopened := async.State{Status: api.Running, CustomStatus: "Last", Message: "Reopened.", Redrive: 1, Percent: 70}
	canceled := async.State{Status: api.Canceled, CustomStatus: "Last", Message: "Canceled.", Rank: async.RankEnded, Percent: 70}
	at := func(s async.State, redrive int) async.State { s.Redrive = redrive; return s }
	tests := []struct {
		name   string
		stored async.State
		seen   async.Execution
		want   async.State
	}{
		{"running", running, async.Execution{Status: api.Running}, running},
		{"timed out", running, async.Execution{Status: api.Failed, TimedOut: true}, failed(api.CodeTimedOut, 0)},
		{"broke off", running, async.Execution{Status: api.Failed}, failed(api.CodeProcessFailed, 0)},
		{"given up", running, async.Execution{Status: api.Canceled}, canceled},
		{"succeeded without a record of it", running, async.Execution{Status: api.Succeeded}, failed(api.CodeProcessLost, 0)},
		{"succeeded", done, async.Execution{Status: api.Succeeded}, done},
		{"failed after its result", done, async.Execution{Status: api.Failed}, done},
		{"redriven after its result", done, async.Execution{Status: api.Running, Redrive: 1}, done},
		{"failed", failed("Own", 0), async.Execution{Status: api.Failed}, failed("Own", 0)},
		{"redriven", failed("Own", 0), async.Execution{Status: api.Running, Redrive: 1}, reopened},
		{"redriven before its end was recorded", running, async.Execution{Status: api.Running, Redrive: 1}, reopened},
		{"redriven and recorded", at(running, 1), async.Execution{Status: api.Running, Redrive: 1}, at(running, 1)},
		{"failed again", at(running, 1), async.Execution{Status: api.Failed, Redrive: 1}, failed(api.CodeProcessFailed, 1)},
		{"failed again, unseen between", failed("Own", 0), async.Execution{Status: api.Failed, Redrive: 1}, failed(api.CodeProcessFailed, 1)},
		{"an answer of the past", at(running, 1), async.Execution{Status: api.Failed}, at(running, 1)},
		{"canceled, and redriven", canceled, async.Execution{Status: api.Running, Redrive: 1}, canceled},
		{"canceled, redriven and failed", canceled, async.Execution{Status: api.Failed, Redrive: 1}, canceled},
		{"unknown, but young", running, async.Execution{}, running},
	}
	for _, notified := range []bool{false, true} {
		for _, tt := range tests {
			if notified && tt.seen.Status == "" {
				continue
			}
			t.Run(tt.name, func(t *testing.T) {
				withFixture(t, func(t *testing.T, w *fixture) {
					id := w.put(tt.stored)
					seen := &tt.seen
					if !notified {
						seen = nil
						if tt.seen.Status != "" {
							w.workflows.Set(id, tt.seen)
						}
					}
					for i := range 2 { // notifications come more than once
						w.faults.Calls()
						if err := w.Reconcile(t.Context(), id, seen); err != nil {
							t.Fatal(err)
						}
						if got := w.record(t, id).State; !sameState(got, tt.want) {
							t.Fatalf("got %+v, want %+v", got, tt.want)
						}
						if calls := w.faults.Calls(); (i > 0 || sameState(tt.stored, tt.want)) && slices.Contains(calls, "Store.Advance") {
							t.Errorf("nothing changes, and costs %v", calls)
						}
					}
				})
			})
		}
	}
}

// sameState compares states, but for their times.
func sameState(a, b async.State) bool {
	errorsSame := a.Error == b.Error || a.Error != nil && b.Error != nil && *a.Error == *b.Error
	for _, s := range []*async.State{&a, &b} {
		s.Error, s.Began, s.Due = nil, time.Time{}, time.Time{}
	}
	return errorsSame && a == b
}

// A submission whose execution does not exist is lost, once it is old enough for
// the workflow service to know.
func TestReconcileLost(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.put(async.State{Status: api.Running, CustomStatus: "First", Rank: 1})
		time.Sleep(5*time.Minute + 1)
		if err := w.Reconcile(t.Context(), id, nil); err != nil {
			t.Fatal(err)
		}
		if r := w.record(t, id); r.Status != api.Failed || r.Error.Code != api.CodeProcessLost {
			t.Errorf("%+v", r.State)
		}
		if err := w.Reconcile(t.Context(), async.NewSecret(), nil); err != nil {
			t.Errorf("an execution without a record: %v", err)
		}
	})
}

// A reopened submission has time again, and takes the states of its stages: also
// of the one that failed, whose name it still has.
func TestReconcileReopens(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.submitted(t)
		if _, got := w.stage(t.Context(), id, "Last", 0); got != "" {
			t.Fatal(got)
		}
		id = w.submitted(t)
		w.last = func(context.Context, *run) (async.Outcome, error) { return async.Continue, errRefused }
		if _, got := w.stage(t.Context(), id, "Last", 0); got != errRefused.Code {
			t.Fatal(got)
		}
		if got := w.fail(t, id, errRefused.Code, 0, 0); got != async.Failed {
			t.Fatal(got)
		}
		time.Sleep(5 * 24 * time.Hour)
		if err := w.Reconcile(t.Context(), id, &async.Execution{Status: api.Running, Redrive: 1}); err != nil {
			t.Fatal(err)
		}
		r := w.record(t, id)
		if r.Status != api.Running || r.Message != "Reopened." || !r.Deadline.After(time.Now().Add(48*time.Hour)) {
			t.Errorf("reopened as %+v, deadline %v", r.State, r.Deadline)
		}
		time.Sleep(time.Minute)
		w.last = func(ctx context.Context, run *run) (async.Outcome, error) {
			r := w.record(t, id)
			if r.CustomStatus != "Last" || r.Message != "The last stage is at work." || r.Rank != 3 || !r.Began.Equal(time.Now()) ||
				!run.Began.Equal(r.Began) || run.Redrive != 1 || !r.Due.Equal(r.Began.Add(10*time.Second)) {
				t.Errorf("at work as %+v", r.State)
			}
			return async.Continue, nil
		}
		if _, got := w.stage(t.Context(), id, "Last", 1); got != "" {
			t.Error(got)
		}
	})
}

// What the work itself writes while Workflows is asked stands.
func TestReconcileMeetsTheEnd(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.put(async.State{Status: api.Running, CustomStatus: "Last", Rank: 3})
		w.workflows.Set(id, async.Execution{Status: api.Failed, TimedOut: true})
		done := async.State{Status: api.Succeeded, CustomStatus: "Done", Rank: 4}
		w.faults.Once("Workflows.Outcome", func(ctx context.Context, call func(context.Context) error) error {
			_, err := w.store.Advance(ctx, id, async.Change{State: &done})
			return errors.Join(err, call(ctx))
		})
		if err := w.Reconcile(t.Context(), id, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.record(t, id).State; !sameState(got, done) {
			t.Errorf("got %+v", got)
		}
	})
}

// What reconciling writes is observed once, however often it is asked to.
func TestReconcilingIsObserved(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.put(async.State{Status: api.Running, CustomStatus: "Last", Rank: 3})
		time.Sleep(time.Minute)
		for _, x := range []async.Execution{
			{Status: api.Failed, TimedOut: true}, {Status: api.Failed, TimedOut: true},
			{Status: api.Running, Redrive: 1}, {Status: api.Canceled, Redrive: 1},
		} {
			if err := w.Reconcile(t.Context(), id, &x); err != nil {
				t.Fatal(err)
			}
		}
		if got := kinds(w.events); !slices.Equal(got, []async.EventKind{async.Ended, async.Reopened, async.Ended}) {
			t.Fatalf("got %v", got)
		}
		if e := w.events[0]; !e.Failed() || !e.Reconciled || e.Age != time.Minute || e.State.Error.Code != api.CodeTimedOut {
			t.Errorf("got %+v", e)
		}
		if e := w.events[2]; e.Failed() || e.State.Redrive != 1 {
			t.Errorf("got %+v", e)
		}
	})
}

func TestReconcileFails(t *testing.T) {
	for _, op := range []string{"Store.Get", "Workflows.Outcome", "Store.Advance"} {
		withFixture(t, func(t *testing.T, w *fixture) {
			id := w.put(async.State{Status: api.Running, Rank: 1})
			w.workflows.Set(id, async.Execution{Status: api.Failed})
			w.faults.Always(op, asynctest.Refuse)
			err := w.Reconcile(t.Context(), id, nil)
			var f *async.RequestError
			if !errors.As(err, &f) || f.Op != op || f.Code != api.CodeUnavailable || !errors.Is(err, asynctest.ErrDown) {
				t.Errorf("%s: %v", op, err)
			}
		})
	}
}

// An execution that outlives its time is asked about now and then, not on every
// poll; and a status is answered even if that fails.
func TestOverdueIsAskedSparingly(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.put(async.State{Status: api.Running, CustomStatus: "Last", Rank: 3})
		w.workflows.Set(id, async.Execution{Status: api.Running})
		time.Sleep(2 * time.Hour)
		for range 60 {
			if _, err := w.Status(t.Context(), id, 0); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Second)
		}
		if asked := w.workflows.Asked(); asked != 2 {
			t.Errorf("asked %d times in 10 minutes, want 2", asked)
		}
		w.faults.Always("Workflows.Outcome", asynctest.Hang)
		if v, err := w.Status(t.Context(), id, 0); err != nil || v.Status != api.Running {
			t.Errorf("while Workflows hangs: %+v, %v", v, err)
		}
		w.faults.Clear()
		time.Sleep(5*time.Minute + time.Second)
		w.workflows.Set(id, async.Execution{Status: api.Failed, TimedOut: true})
		if v, err := w.Status(t.Context(), id, 0); err != nil || v.Status != api.Failed || v.Error.Code != api.CodeTimedOut {
			t.Errorf("after its end: %+v, %v", v, err)
		}
	})
}

// Of a hundred that poll an overdue submission at once one asks, while the answer
// is on its way and after it has failed alike.
func TestOverdueIsAskedByOne(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.put(async.State{Status: api.Running, CustomStatus: "Last", Rank: 3})
		w.workflows.Set(id, async.Execution{Status: api.Running})
		for _, fault := range []asynctest.Fault{nil, asynctest.Hang, asynctest.Refuse, asynctest.Throttle} {
			time.Sleep(2 * time.Hour)
			w.faults.Calls()
			w.faults.Clear()
			if fault != nil {
				w.faults.Always("Workflows.Outcome", fault)
			}
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() {
					if v, err := w.Status(t.Context(), id, 0); err != nil || v.Status != api.Running {
						t.Errorf("%+v, %v", v, err)
					}
				})
			}
			all.Wait()
			asked := 0
			for _, op := range w.faults.Calls() {
				if op == "Workflows.Outcome" {
					asked++
				}
			}
			if asked != 1 {
				t.Errorf("asked %d times", asked)
			}
		}
	}, func(_ *fixture, c *async.Config) { c.Observer = nil })
}
