package async_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

func TestStagesLeadToTheEnd(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		w.first = func(ctx context.Context, r *run) (async.Outcome, error) {
			rec := w.record(t, r.ID)
			if rec.Status != api.Running || rec.CustomStatus != "First" || rec.Message != "The first stage is at work." || rec.Rank != 1 ||
				!rec.Began.Equal(r.Began) || !rec.Due.Equal(r.Began.Add(20*time.Second)) || rec.Percent == 0 {
				t.Errorf("while it runs: %+v", rec.State)
			}
			if r.Input.Name != "x" || r.Redrive != 0 {
				t.Errorf("run %+v", r)
			}
			return async.Continue, errors.Join(async.Sleep(ctx, 20*time.Second), parcel.Set(r, "a book"))
		}
		w.last = func(ctx context.Context, r *run) (async.Outcome, error) {
			what, err := parcel.Get(r)
			if what != "a book" || err != nil {
				t.Errorf("the value is %q, %v", what, err)
			}
			return async.Continue, errors.Join(async.Sleep(ctx, 10*time.Second), r.SetResult(receipt{7}))
		}
		id := w.submitted(t)
		for _, s := range []string{"First", "Last"} {
			out, got := w.stage(t.Context(), id, s, 0)
			if want := (async.ActivityOutput{ID: id, Ended: s == "Last", Decision: map[bool]string{false: "accepted", true: "rejected"}[s == "Last"]}); got != "" || out != want {
				t.Fatalf("%s: %+v, %s", s, out, got)
			}
		}
		r := w.record(t, id)
		if r.Status != api.Succeeded || r.CustomStatus != "Done" || r.Message != "The errand is done." || string(r.Result) != `{"Number":7}` ||
			!reflect.DeepEqual(r.Outcomes, map[string]async.Outcome{"First": "", "Last": "Done"}) || r.Updated.Sub(w.start) != 30*time.Second {
			t.Errorf("%+v", r)
		}
		want := []async.EventKind{async.Accepted, async.StageBegan, async.StageFinished, async.StageBegan, async.StageFinished, async.Ended}
		if got := kinds(w.events); !slices.Equal(got, want) {
			t.Errorf("events %v", got)
		}
		if e := w.events[len(w.events)-1]; e.Age != 30*time.Second || e.Failed() {
			t.Errorf("end %+v", e)
		}
		// Every stage that follows returns at once.
		out, got := w.stage(t.Context(), id, "First", 0)
		if got != "" || !out.Ended || !reflect.DeepEqual(r, w.record(t, id)) {
			t.Errorf("a late run: %+v, %s", out, got)
		}
	})
}

func TestStageEndsTheSubmissionInTheSameWrite(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		w.first = func(context.Context, *run) (async.Outcome, error) { return "Declined", nil }
		id := w.submitted(t)
		w.faults.Calls()
		out, got := w.stage(t.Context(), id, "First", 0)
		r := w.record(t, id)
		if got != "" || !out.Ended || out.Decision != "rejected" || r.CustomStatus != "Declined" || r.Message != "The errand was declined." ||
			r.Status != api.Succeeded || r.Outcomes["First"] != "Declined" || r.Percent != 100 {
			t.Errorf("%+v, %s, %+v", out, got, r)
		}
		if calls := w.faults.Calls(); !slices.Equal(calls, []string{"Store.Get", "Store.Advance", "Store.Input", "Store.Advance"}) {
			t.Errorf("calls %v", calls)
		}
	})
}

func TestRecordedOutcomeIsReturned(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.submitted(t)
		w.stage(t.Context(), id, "First", 0)
		w.last = func(context.Context, *run) (async.Outcome, error) { return async.Continue, errors.New("down") }
		w.stage(t.Context(), id, "Last", 0)
		before := w.record(t, id)
		w.first = func(context.Context, *run) (async.Outcome, error) {
			t.Error("it runs again")
			return "Declined", nil
		}
		out, got := w.stage(t.Context(), id, "First", 0)
		if got != "" || out.Ended {
			t.Errorf("%+v, %s", out, got)
		}
		if after := w.record(t, id); !reflect.DeepEqual(before, after) {
			t.Errorf("a late run changed the record:\n%+v\n%+v", before, after)
		}
	})
}

// A run after a crash knows when the stage began, and restarts nothing.
func TestRunAfterACrash(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		w.first = func(_ context.Context, r *run) (async.Outcome, error) {
			if !r.Began.Equal(w.start) {
				t.Errorf("began %v, want %v", r.Began, w.start)
			}
			return async.Continue, errors.New("connection reset")
		}
		id := w.submitted(t)
		for range 2 {
			if _, got := w.stage(t.Context(), id, "First", 0); got != async.Unavailable {
				t.Fatal(got)
			}
			time.Sleep(12 * time.Second)
		}
		if r := w.record(t, id); !r.Updated.Equal(w.start) {
			t.Errorf("written again at %v", r.Updated)
		}
	})
}

// A stage that is inserted in front of one at work moves it nowhere: names are
// compared, not ranks. A retired one still runs for those in flight.
func TestStageInsertedInFront(t *testing.T) {
	var store *asynctest.Store
	withFixture(t, func(t *testing.T, w *fixture) {
		store = w.store
		w.first = func(context.Context, *run) (async.Outcome, error) { return async.Continue, errors.New("down") }
		id := w.submitted(t)
		w.stage(t.Context(), id, "First", 0)
		began := w.record(t, id)
		time.Sleep(5 * time.Second)

		job := w.job()
		zeroth := job.Stages[0]
		zeroth.Name, zeroth.Activity = "Zeroth", "zeroth"
		job.Stages = append([]stage{zeroth}, job.Stages...)
		job.Stages[1].Retired = true
		newer := newFixture(t, func(_ *fixture, c *async.Config) { c.Job, c.Store = job, store })
		w.first = func(_ context.Context, r *run) (async.Outcome, error) {
			if rec := w.record(t, id); !r.Began.Equal(began.Began) || rec.Rank != 1 || !rec.Updated.Equal(began.Updated) {
				t.Errorf("moved to %+v", rec.State)
			}
			if err := r.Progress(t.Context(), 0.5); err != nil {
				t.Errorf("progress: %v", err)
			}
			return async.Continue, nil
		}
		if _, got := newer.stage(t.Context(), id, "First", 0); got != "" {
			t.Error(got)
		}
		if _, got := newer.stage(t.Context(), id, "Last", 0); got != "" {
			t.Error(got)
		}
		if next := newer.submitted(t); w.record(t, next).Status != api.NotStarted {
			t.Error("not accepted")
		}
	})
}

// Every end is beyond every stage, however many a job has.
func TestManyStages(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		job := w.job()
		template := job.Stages[2]
		job.Stages = nil
		for i := range 30 {
			next := template
			next.Name, next.Activity = fmt.Sprintf("Stage%d", i), fmt.Sprintf("stage%d", i)
			next.Do = func(context.Context, *run) (async.Outcome, error) { return async.Continue, nil }
			job.Stages = append(job.Stages, next)
		}
		w = newFixture(t, func(_ *fixture, c *async.Config) { c.Job = job })
		id := w.submitted(t)
		for i, s := range job.Stages {
			out, failed := w.stage(t.Context(), id, s.Name, 0)
			if last := i == len(job.Stages)-1; failed != "" || out.Ended != last || !last && w.record(t, id).CustomStatus != s.Name {
				t.Fatalf("%s: %+v, %s, %+v", s.Name, out, failed, w.record(t, id).State)
			}
		}
		if r := w.record(t, id); r.Status != api.Succeeded || r.CustomStatus != "Done" {
			t.Errorf("%+v", r.State)
		}
		canceled := w.submitted(t)
		last := job.Stages[len(job.Stages)-1].Name
		w.end(canceled, api.Canceled)
		if _, failed := w.stage(t.Context(), canceled, last, 0); failed != async.Overtaken || w.record(t, canceled).Status != api.Canceled {
			t.Errorf("%s, %+v", failed, w.record(t, canceled).State)
		}
	})
}

// A record is overdue when its stage is, by the job's own bound; before the first,
// when the first would be.
func TestDeadlinesAreTheStages(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		w.first = func(context.Context, *run) (async.Outcome, error) { return async.Continue, errors.New("down") }
		w.last = w.first
		stages := w.job().Describe().Stages
		id := w.submitted(t)
		if got, want := w.record(t, id).Deadline, time.Now().UTC().Add(stages[0].Bound()); !got.Equal(want) {
			t.Errorf("accepted: %v, want %v", got, want)
		}
		for _, s := range []async.StageDescription{stages[0], stages[2]} {
			time.Sleep(time.Minute)
			w.stage(t.Context(), id, s.Name, 0)
			if got, want := w.record(t, id).Deadline, time.Now().UTC().Add(s.Bound()); !got.Equal(want) {
				t.Errorf("%s: %v, want %v", s.Name, got, want)
			}
		}
	})
}

// Percent does not fall when a deployment changes what is expected of stages.
func TestPercentSurvivesADeployment(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		w.first = func(ctx context.Context, r *run) (async.Outcome, error) { return async.Continue, r.Progress(ctx, 0.9) }
		id := w.submitted(t)
		w.stage(t.Context(), id, "First", 0)
		before := w.record(t, id).Percent
		job := w.job()
		job.Stages[2].Expected = time.Hour
		newer := newFixture(t, func(_ *fixture, c *async.Config) { c.Job, c.Store = job, w.store })
		w.last = func(_ context.Context, r *run) (async.Outcome, error) {
			if p := w.record(t, id).Percent; p != before || before < 50 {
				t.Errorf("percent is %d after %d", p, before)
			}
			return async.Continue, nil
		}
		if _, got := newer.stage(t.Context(), id, "Last", 0); got != "" {
			t.Error(got)
		}
	})
}

func TestTwinThatDecidesFirst(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.submitted(t)
		w.first = func(context.Context, *run) (async.Outcome, error) {
			w.first = func(context.Context, *run) (async.Outcome, error) { return "Declined", nil }
			if _, got := w.stage(t.Context(), id, "First", 0); got != "" {
				t.Error(got)
			}
			return async.Continue, nil
		}
		out, got := w.stage(t.Context(), id, "First", 0)
		if got != "" || !out.Ended || w.record(t, id).CustomStatus != "Declined" {
			t.Errorf("%+v, %s: the recorded outcome is the other one", out, got)
		}
	})
}

type faultTest struct {
	arrange func(w *fixture, id string)
	in      *async.ActivityInput
	want    string
}

// faultTests are runs of a stage, by what goes wrong.
func faultTests() map[string]faultTest {
	down := errors.New("dial tcp: ada@example.org")
	fails := func(err error) func(*fixture, string) {
		return func(w *fixture, _ string) {
			w.first = func(context.Context, *run) (async.Outcome, error) { return async.Continue, err }
		}
	}
	fault := func(op string, err error) func(*fixture, string) {
		return func(w *fixture, _ string) {
			w.faults.Always(op, func(context.Context, func(context.Context) error) error { return err })
		}
	}
	return map[string]faultTest{
		"no id":              {in: &async.ActivityInput{}, want: async.Invalid},
		"negative redrive":   {in: &async.ActivityInput{ID: "id", Redrive: -1}, want: async.Invalid},
		"no record":          {in: &async.ActivityInput{ID: "other"}, want: async.NotFound},
		"canceled":           {arrange: func(w *fixture, id string) { w.end(id, api.Canceled) }, want: async.Overtaken},
		"canceled, redriven": {arrange: func(w *fixture, id string) { w.end(id, api.Canceled) }, in: &async.ActivityInput{Redrive: 1}, want: async.Overtaken},
		"failed already":     {arrange: func(w *fixture, id string) { w.end(id, api.Failed) }, want: async.Overtaken},
		"get fails":          {arrange: fault("Store.Get", down), want: async.Unavailable},
		"advance fails":      {arrange: fault("Store.Advance", down), want: async.Unavailable},
		"input fails":        {arrange: fault("Store.Input", down), want: async.Unavailable},
		"input is gone":      {arrange: fault("Store.Input", async.ErrNotFound), want: async.NotFound},
		"out of bounds":      {arrange: fault("Store.Advance", async.ErrInvalid), want: async.Invalid},
		"store throttled":    {arrange: fault("Store.Advance", async.ErrThrottled), want: async.Throttled},
		"plain error":        {arrange: fails(down), want: async.Unavailable},
		"throttled":          {arrange: fails(busy{}), want: async.Throttled},
		"failure":            {arrange: fails(errors.Join(down, errRefused)), want: errRefused.Code},
		"failure undeclared": {arrange: fails(async.Failure{Code: "Other", Message: "ada@example.org"}), want: async.Invalid},
		"canceled by itself": {arrange: fails(async.ErrCanceled), want: async.Overtaken},
		"own deadline":       {arrange: fails(context.DeadlineExceeded), want: async.Unavailable},
		"outcome undeclared": {arrange: func(w *fixture, _ string) {
			w.first = func(context.Context, *run) (async.Outcome, error) { return "Lost", nil }
		}, want: async.Invalid},
		"value not set": {arrange: func(w *fixture, _ string) {
			w.first = func(_ context.Context, r *run) (async.Outcome, error) { _, err := parcel.Get(r); return "", err }
		}, want: async.Invalid},
		"values too long": {arrange: func(w *fixture, _ string) {
			w.first = func(_ context.Context, r *run) (async.Outcome, error) {
				return "", parcel.Set(r, strings.Repeat("x", async.MaxValues))
			}
		}, want: async.Invalid},
		"no large results": {arrange: func(w *fixture, _ string) {
			w.Results = nil
			w.first = func(ctx context.Context, r *run) (async.Outcome, error) {
				_, err := r.ResultWriter(ctx, "", "")
				return "", err
			}
		}, want: async.Invalid},
		"stuck": {arrange: func(w *fixture, _ string) {
			w.first = func(ctx context.Context, _ *run) (async.Outcome, error) { return "", async.Sleep(ctx, time.Hour) }
		}, want: async.TimedOut},
		"succeeded already": {arrange: func(w *fixture, id string) { w.end(id, api.Succeeded) }, want: ""},
	}
}

func TestFaultsAreNamed(t *testing.T) {
	for about, tt := range faultTests() {
		t.Run(about, func(t *testing.T) {
			withFixture(t, func(t *testing.T, w *fixture) {
				id := w.submitted(t)
				in := async.ActivityInput{ID: id}
				if tt.in != nil {
					in = *tt.in
					if in.Redrive == 1 {
						in.ID = id
					}
				}
				if tt.arrange != nil {
					tt.arrange(w, id)
				}
				_, err := w.RunStage(t.Context(), "First", in)
				if got := name(err); got != tt.want {
					t.Errorf("%s, want %s", got, tt.want)
				}
				if err != nil && (strings.Contains(err.Error(), "ada@") || strings.Contains(err.Error(), "tcp")) {
					t.Errorf("the message repeats what it must not: %v", err)
				}
			})
		})
	}
	withFixture(t, func(t *testing.T, w *fixture) {
		if _, got := w.stage(t.Context(), w.submitted(t), "Nowhere", 0); got != async.Invalid {
			t.Errorf("a stage that the job has not: %s", got)
		}
	})
}

// end gives the submission a terminal status, as reconciliation does.
func (w *fixture) end(id string, status api.Status) {
	r, err := w.store.Get(context.Background(), id)
	if err != nil {
		panic(err)
	}
	r.Status, r.Rank = status, async.RankEnded
	w.store.Put(r)
}

// The text of a stage's error goes to the Observer, and nowhere else.
func TestStageErrorsAreObserved(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		down := errors.New("dial tcp: ada@example.org")
		w.first = func(context.Context, *run) (async.Outcome, error) { return async.Continue, down }
		w.stage(t.Context(), w.submitted(t), "First", 0)
		e := w.events[len(w.events)-1]
		if e.Kind != async.StageError || e.Stage != "First" || e.ErrorType != async.Unavailable || !errors.Is(e.Err, down) {
			t.Errorf("%+v", e)
		}
		w.first = func(context.Context, *run) (async.Outcome, error) { return "Lost", nil }
		w.stage(t.Context(), w.submitted(t), "First", 0)
		if e := w.events[len(w.events)-1]; e.Kind != async.StageError || !strings.Contains(e.Err.Error(), `stage First ended with "Lost"`) {
			t.Errorf("%+v", e)
		}
	})
}

// A stage that does not return at its timeout is observed while it is at work,
// once, and before the function that runs it is cut off.
func TestStageThatIsCutOffIsObserved(t *testing.T) {
	for _, function := range []time.Duration{0, 20 * time.Second} {
		withFixture(t, func(t *testing.T, w *fixture) {
			var mu sync.Mutex
			var seen []string
			w.Observer = func(_ context.Context, e async.Event) {
				mu.Lock()
				defer mu.Unlock()
				if e.Kind == async.StageError {
					seen = append(seen, fmt.Sprint(e.Stage, " ", e.ErrorType, " after ", time.Since(w.start)))
				}
			}
			w.first = func(context.Context, *run) (async.Outcome, error) {
				time.Sleep(2 * time.Minute)
				return async.Continue, errors.New("late")
			}
			ctx, limit := t.Context(), time.Minute
			if function > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, function)
				defer cancel()
				limit = function - 2*time.Second
			}
			id := w.submitted(t)
			if _, got := w.stage(ctx, id, "First", 0); got != async.TimedOut {
				t.Errorf("it ended with %q", got)
			}
			want := []string{fmt.Sprint("First ", async.TimedOut, " after ", limit+500*time.Millisecond)}
			if mu.Lock(); !slices.Equal(seen, want) {
				t.Errorf("observed %q, want %q", seen, want)
			}
			mu.Unlock()
		})
	}
}
