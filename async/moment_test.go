package async_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/trace"
)

// listen gathers what a world tells.
func (w *world) listen() *[]async.Moment {
	all := &[]async.Moment{}
	w.Report = func(_ context.Context, m async.Moment) { *all = append(*all, m) }
	return all
}

func kinds(all []async.Moment) (kinds []async.What) {
	for _, m := range all {
		kinds = append(kinds, m.What)
	}
	return kinds
}

func TestSubmissionsAreTold(t *testing.T) {
	w := newWorld(t)
	told := w.listen()
	in := async.Submission{Body: []byte(`"work"`), Key: "key"}
	for range 2 {
		if _, err := w.Submit(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Submit(t.Context(), async.Submission{Body: []byte(`"bad"`)}); err == nil {
		t.Fatal("bad work is accepted")
	}
	if got := kinds(*told); !slices.Equal(got, []async.What{async.Accepted, async.Replayed}) {
		t.Errorf("got %v", got)
	}
}

// A poll that sees an end while it is news has detected it.
func TestPollsAreTold(t *testing.T) {
	w := newWorld(t)
	told := w.listen()
	id := w.put(async.State{Status: api.Running, Rank: 1})
	poll := func() async.Moment {
		if _, err := w.Status(t.Context(), id, 0); err != nil {
			t.Fatal(err)
		}
		return (*told)[len(*told)-1]
	}
	if m := poll(); m.What != async.Polled || m.Detected {
		t.Errorf("running: %+v", m)
	}
	done := async.State{Status: api.Succeeded, Rank: 2}
	if _, err := w.store.Advance(t.Context(), id, async.Change{State: &done, At: w.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(3 * time.Second)
	if m := poll(); !m.Detected || m.Lag != 3*time.Second {
		t.Errorf("just done: %+v", m)
	}
	w.clock.Advance(time.Minute)
	if m := poll(); m.Detected {
		t.Errorf("long done: %+v", m)
	}
}

// What reconciling writes is told once, however often it is asked to.
func TestReconcilingIsTold(t *testing.T) {
	w := newWorld(t)
	told := w.listen()
	id := w.put(async.State{Status: api.Running, CustomStatus: "Two", Rank: 2})
	w.clock.Advance(time.Minute)
	for _, o := range []async.Outcome{
		{Status: api.Failed, TimedOut: true}, {Status: api.Failed, TimedOut: true},
		{Status: api.Running, Redrive: 1}, {Status: api.Canceled, Redrive: 1},
	} {
		w.workflows.Set(id, o)
		if err := w.Reconcile(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if got := kinds(*told); !slices.Equal(got, []async.What{async.Ended, async.Redriven, async.Ended}) {
		t.Fatalf("got %v", got)
	}
	if m := (*told)[0]; !m.Failed() || !m.Reconciled || m.Age != time.Minute || m.Error.Code != api.CodeTimedOut {
		t.Errorf("got %+v", m)
	}
	if m := (*told)[2]; m.Failed() || m.Redrive != 1 {
		t.Errorf("got %+v", m)
	}
}

// A repeat that has to complete a submission has another trace, and completes it.
func TestTraceGoesWithTheExecution(t *testing.T) {
	w := newWorld(t)
	ctx := trace.NewContext(t.Context(), "4bf92f3577b34da6a3ce929d0e0e4736")
	v, err := w.Submit(ctx, async.Submission{Body: []byte(`"work"`)})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"` + v.ID + `","trace":"4bf92f3577b34da6a3ce929d0e0e4736"}`
	if got := w.workflows.Inputs()[v.ID]; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	v, err = w.Submit(t.Context(), async.Submission{Body: []byte(`"work"`)})
	if got := w.workflows.Inputs()[v.ID]; err != nil || got != `{"id":"`+v.ID+`"}` {
		t.Errorf("without a trace: %s, %v", got, err)
	}
}
