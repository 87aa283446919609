package async_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

// atWork accepts a submission whose stage has begun, and returned an error.
func (w *fixture) atWork(t *testing.T, stage string) string {
	t.Helper()
	id := w.submitted(t)
	down := func(context.Context, *run) (async.Outcome, error) { return async.Continue, errors.New("down") }
	w.first, w.last = down, down
	if stage == "Approval" {
		w.waiting(t, id, "token of "+id)
		return id
	}
	if _, got := w.stage(t.Context(), id, stage, 0); got != async.Unavailable {
		t.Fatal(got)
	}
	return id
}

func TestFailureIsRecorded(t *testing.T) {
	for errorName, want := range map[string]api.Error{
		errRefused.Code:           {Code: errRefused.Code, Message: errRefused.Message},
		async.TimedOut:            {Code: api.CodeTimedOut, Message: "Too late."},
		"States.Timeout":          {Code: api.CodeTimedOut, Message: "Too late."},
		"States.HeartbeatTimeout": {Code: api.CodeTimedOut, Message: "Too late."},
		"Sandbox.Timedout":        {Code: api.CodeTimedOut, Message: "Too late."},
		"Lambda.Unknown":          {Code: api.CodeProcessFailed, Message: "Failed."},
		"ada@example.org":         {Code: api.CodeProcessFailed, Message: "Failed."},
		async.Unavailable:         {Code: api.CodeProcessFailed, Message: "Failed."},
		async.Invalid:             {Code: api.CodeProcessFailed, Message: "Failed."},
		"":                        {Code: api.CodeProcessFailed, Message: "Failed."},
	} {
		withFixture(t, func(t *testing.T, w *fixture) {
			id := w.atWork(t, "Last")
			w.events = nil
			for range 2 { // a repetition, because the answer was lost
				if got := w.fail(t, id, errorName, 0, 0); got != async.Failed {
					t.Fatal(got)
				}
			}
			r := w.record(t, id)
			if r.Status != api.Failed || r.CustomStatus != "Last" || r.Message != want.Message || r.Error == nil || *r.Error != want || r.Percent == 0 {
				t.Errorf("%q: %+v, %+v", errorName, r.State, r.Error)
			}
			if len(w.events) != 1 || !w.events[0].Failed() {
				t.Errorf("%q: events %v", errorName, kinds(w.events))
			}
		})
	}
}

// An execution whose submission has ended well, or was canceled, is not failed:
// it goes on, to its end or to its compensation.
func TestFailureLeavesAnEndAlone(t *testing.T) {
	for _, end := range []api.Status{api.Succeeded, api.Canceled} {
		withFixture(t, func(t *testing.T, w *fixture) {
			id := w.atWork(t, "Last")
			w.faults.Once("Store.Get", func(ctx context.Context, call func(context.Context) error) error {
				defer w.end(id, end) // right after it was read
				return call(ctx)
			})
			for range 2 {
				if got := w.fail(t, id, "States.Timeout", 0, 0); got != "" {
					t.Errorf("%s: %s", end, got)
				}
			}
			if r := w.record(t, id); r.Status != end || r.Error != nil {
				t.Errorf("became %+v", r.State)
			}
		})
	}
}

// A failure whose record moves while it is being recorded is recorded by the
// repetition: no execution ends that leaves its record open.
func TestFailureMeetsALateRun(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.atWork(t, "Approval")
		w.faults.Once("Store.Advance", func(ctx context.Context, call func(context.Context) error) error {
			w.workflows.Wait(id, "late")
			if _, err := w.RunStage(ctx, "Approval", async.ActivityInput{ID: id, Redrive: 1, Token: "late"}); err != nil {
				t.Error(err)
			}
			return call(ctx)
		})
		if got := w.fail(t, id, "States.Timeout", 1, 1); got != async.Unavailable || w.record(t, id).Status != api.Running {
			t.Errorf("%s, %+v", got, w.record(t, id).State)
		}
		if got := w.fail(t, id, "States.Timeout", 1, 1); got != "" || w.record(t, id).CustomStatus != "Forgotten" {
			t.Errorf("%s, %+v", got, w.record(t, id).State)
		}
	})
}

func TestFailureOfNothing(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		if got := w.fail(t, async.NewSecret(), "States.Timeout", 0, 0); got != async.Failed || len(w.store.IDs()) != 0 {
			t.Errorf("%s, records %v", got, w.store.IDs())
		}
		id := w.atWork(t, "Last")
		for op, want := range map[string]string{"Store.Get": async.Unavailable, "Store.Advance": async.Unavailable} {
			w.faults.Once(op, asynctest.Refuse)
			if got := w.fail(t, id, "x", 0, 0); got != want {
				t.Errorf("%s refused: %s", op, got)
			}
		}
		w.faults.Once("Store.Advance", asynctest.Throttle)
		if got := w.fail(t, id, "x", 0, 0); got != async.Throttled {
			t.Errorf("throttled: %s", got)
		}
		if got := name(w.RecordFailure(t.Context(), async.ActivityInput{})); got != async.Invalid {
			t.Errorf("no id: %s", got)
		}
	})
}

func TestRedriveReopensAFailure(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.atWork(t, "First")
		w.fail(t, id, "x", 0, 0)
		before := w.record(t, id)
		if _, got := w.stage(t.Context(), id, "First", 0); got != async.Overtaken {
			t.Errorf("a late run before the redrive: %s", got)
		}
		time.Sleep(48 * time.Hour)
		if got := w.fail(t, id, "x", 1, 0); got != "" || !reflect.DeepEqual(before, w.record(t, id)) {
			t.Errorf("reopened: %s, %+v", got, w.record(t, id).State)
		}
		// The failure of the second run, which could not even begin.
		if got := w.fail(t, id, "States.Timeout", 1, 1); got != async.Failed {
			t.Error(got)
		}
		if r := w.record(t, id); r.Status != api.Failed || r.Redrive != 1 || r.Error.Code != api.CodeTimedOut {
			t.Errorf("%+v", r.State)
		}
		w.first = nil
		out, got := w.stage(t.Context(), id, "First", 2)
		r := w.record(t, id)
		if got != "" || out.Ended || r.Status != api.Running || r.Redrive != 2 || r.Error != nil || !r.Deadline.After(time.Now()) {
			t.Errorf("%+v, %s, %+v", out, got, r.State)
		}
		if got := w.fail(t, id, "x", 0, 0); got != async.Failed || w.record(t, id).Status != api.Running {
			t.Errorf("a late failure of the first run: %s, %+v", got, w.record(t, id).State)
		}
		if _, got := w.stage(t.Context(), id, "Last", 1); got != async.Overtaken {
			t.Errorf("a late stage of the second run: %s", got)
		}
	})
}

// A wait that ran out ends the submission as its stage says, unless it was
// answered at the last moment.
func TestExpiredWait(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.atWork(t, "Approval")
		w.events = nil
		for range 2 {
			if got := w.fail(t, id, "States.Timeout", 0, 0); got != "" {
				t.Error(got)
			}
		}
		r := w.record(t, id)
		if r.Status != api.Succeeded || r.CustomStatus != "Forgotten" || r.Outcomes["Approval"] != "Forgotten" || r.Message != "The errand was forgotten." {
			t.Errorf("%+v", r)
		}
		if len(w.events) != 2 {
			t.Errorf("events %v", kinds(w.events))
		}
		id = w.atWork(t, "Approval")
		if got := w.fail(t, id, "States.HeartbeatTimeout", 0, 0); got != async.Failed || w.record(t, id).Error.Code != api.CodeTimedOut {
			t.Errorf("silence: %s, %+v", got, w.record(t, id).State)
		}
	})
	for _, late := range []bool{false, true} {
		withFixture(t, func(t *testing.T, w *fixture) {
			id := w.atWork(t, "Approval")
			answer := func() {
				w.faults.Once("Workflows.Complete", asynctest.Refuse) // a crash before it was passed on
				if err := w.Complete(t.Context(), w.secrets[0], []byte(`{"ok":true}`)); code(err) != api.CodeUnavailable {
					t.Error(err)
				}
			}
			if late {
				w.faults.Once("Store.Get", func(ctx context.Context, call func(context.Context) error) error {
					defer answer()
					return call(ctx)
				})
			} else {
				answer()
			}
			if got := w.fail(t, id, "States.Timeout", 0, 0); got != "" {
				t.Fatalf("answered and not passed on: %s", got)
			}
			r := w.record(t, id)
			if r.Status != api.Running || r.Outcomes["Approval"] != async.Continue || len(r.Outcomes) != 1 {
				t.Fatalf("%+v", r)
			}
			// The execution runs the stage again, and its new task is answered at once.
			w.workflows.Wait(id, "again")
			if _, err := w.RunStage(t.Context(), "Approval", async.ActivityInput{ID: id, Token: "again"}); err != nil {
				t.Error(err)
			}
			if a := w.workflows.Answers(); len(a) != 1 || a[0].Token != "again" || a[0].Error != "" {
				t.Errorf("answers %+v", a)
			}
			// Not for ever: what times out now is not the wait.
			if got := w.fail(t, id, "States.Timeout", 0, 0); got != async.Failed || w.record(t, id).Status != api.Failed {
				t.Errorf("the next stage cannot begin: %s, %+v", got, w.record(t, id).State)
			}
		})
	}
}

func TestCompensation(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		var got []string
		w.compensate = func(ctx context.Context, r *run) error {
			what, err := parcel.Get(r)
			if err != nil {
				return err
			}
			if canceled, err := r.Canceled(ctx); canceled || err != nil || r.Progress(ctx, 0.5) != nil {
				t.Error("a compensation is canceled itself")
			}
			got = append(got, r.Input.Name+" and "+what)
			return nil
		}
		compensate := func(id string) string { return name(w.RunCompensation(t.Context(), async.ActivityInput{ID: id})) }
		w.first = func(_ context.Context, r *run) (async.Outcome, error) { return async.Continue, parcel.Set(r, "a book") }
		id := w.submitted(t)
		w.stage(t.Context(), id, "First", 0)
		if n := compensate(id); n != "" || len(got) > 0 {
			t.Errorf("while it runs: %s, %q", n, got)
		}
		if _, err := w.CancelID(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if n := compensate(id); n != "" || strings.Join(got, ";") != "x and a book" {
			t.Errorf("%s, %q", n, got)
		}
		w.compensate = func(context.Context, *run) error { return errors.New("down") }
		if n := compensate(id); n != async.Unavailable {
			t.Errorf("failing: %s", n)
		}
		w.faults.Once("Store.Input", asynctest.Throttle)
		if n := compensate(id); n != async.Throttled {
			t.Errorf("throttled: %s", n)
		}
		if n := compensate(async.NewSecret()); n != "" {
			t.Errorf("nothing: %s", n)
		}
	}, compensating)
	withFixture(t, func(t *testing.T, w *fixture) {
		if n := name(w.RunCompensation(t.Context(), async.ActivityInput{ID: w.submitted(t)})); n != async.Invalid {
			t.Errorf("a job that does not compensate: %s", n)
		}
	})
}
