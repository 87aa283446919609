package async_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

type (
	errand  = struct{ Name string }
	receipt = struct{ Number int }
	run     = async.Run[errand, receipt]
	stage   = async.Stage[errand, receipt]
)

var (
	errRefused = async.Failure{Code: "ErrandRefused", Message: "The errand was refused."}
	parcel     = async.Value[string]{Name: "parcel"}
)

// steps are what the stages of a job in tests do; they continue where nil.
type steps struct {
	first, last func(context.Context, *run) (async.Outcome, error)
	start       func(context.Context, *run, async.Callback) error
	complete    func(context.Context, *run, answer) (async.Outcome, error)
	compensate  func(context.Context, *run) error
}

type answer struct{ OK bool }

// job has a stage that works, one that waits, and one that works.
func (s *steps) job() async.Job[errand, receipt] {
	do := func(f *func(context.Context, *run) (async.Outcome, error)) func(context.Context, *run) (async.Outcome, error) {
		return func(ctx context.Context, r *run) (async.Outcome, error) {
			if *f == nil {
				return async.Continue, nil
			}
			return (*f)(ctx, r)
		}
	}
	job := async.Job[errand, receipt]{
		Name: "errand",
		Stages: []stage{
			{
				Name: "First", Message: "The first stage is at work.", Expected: 20 * time.Second, Timeout: time.Minute, Do: do(&s.first),
				Ends: []async.End{{Outcome: "Declined", Message: "The errand was declined."}},
			},
			{
				Name: "Approval", Message: "The errand waits for its approval.", Timeout: 48 * time.Hour,
				Ends:    []async.End{{Outcome: "Disapproved", Message: "The errand was not approved."}},
				Expired: async.End{Outcome: "Forgotten", Message: "The errand was forgotten."},
				Wait: async.WaitFor(
					func(ctx context.Context, r *run, back async.Callback) error {
						if s.start == nil {
							return nil
						}
						return s.start(ctx, r, back)
					},
					func(ctx context.Context, r *run, a answer) (async.Outcome, error) {
						switch {
						case s.complete != nil:
							return s.complete(ctx, r, a)
						case !a.OK:
							return "Disapproved", nil
						}
						return async.Continue, nil
					}),
			},
			{Name: "Last", Message: "The last stage is at work.", Expected: 10 * time.Second, Do: do(&s.last)},
		},
		Done:     async.End{Outcome: "Done", Message: "The errand is done."},
		Failures: []async.Failure{errRefused},
		Validate: func(e *errand) []api.FieldError {
			e.Name = strings.ToLower(e.Name)
			if e.Name == "bad" {
				return []api.FieldError{{Pointer: "/Name", Detail: "is bad"}}
			}
			return nil
		},
		Examples: []errand{{Name: "bread"}},
		Messages: async.Messages{Received: "Received.", Reopened: "Reopened.", Canceled: "Canceled.", Failed: "Failed.", TimedOut: "Too late."},
	}
	if s.compensate != nil {
		job.Compensate = func(ctx context.Context, r *run) error { return s.compensate(ctx, r) }
	}
	return job
}

// fixture is a Service with fakes around it.
type fixture struct {
	*async.Service
	*steps
	store     *asynctest.Store
	workflows *asynctest.Workflows
	results   *asynctest.Results
	faults    *asynctest.Faults
	start     time.Time
	observing sync.Mutex // of events: stages that are cut off are reported beside the others
	events    []async.Event
	// secrets are those of the callbacks that were handed out.
	secrets []string
}

// withFixture runs a test with a fixture of its own, in virtual time.
func withFixture(t *testing.T, test func(t *testing.T, w *fixture), change ...func(*fixture, *async.Config)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, newFixture(t, change...)) })
}

func newFixture(t *testing.T, change ...func(*fixture, *async.Config)) *fixture {
	t.Helper()
	w := &fixture{
		steps: &steps{}, store: &asynctest.Store{}, workflows: &asynctest.Workflows{}, results: &asynctest.Results{},
		faults: &asynctest.Faults{}, start: time.Now().UTC(),
	}
	c := async.Config{
		Store:     asynctest.FaultyStore{Store: w.store, Faults: w.faults},
		Workflows: asynctest.FaultyWorkflows{Workflows: w.workflows, Faults: w.faults},
		Results:   w.results, BaseURL: "https://api.example.org/",
		Retention: 90 * 24 * time.Hour, MaxWait: 10 * time.Second, Cancelable: true,
		Observer: func(_ context.Context, e async.Event) {
			w.observing.Lock()
			defer w.observing.Unlock()
			w.events = append(w.events, e)
		},
	}
	for _, f := range change {
		f(w, &c)
	}
	if c.Job == nil {
		c.Job = w.job()
	}
	var err error
	if w.Service, err = async.New(c); err != nil {
		t.Fatal(err)
	}
	return w
}

// compensating makes the job compensate.
func compensating(w *fixture, _ *async.Config) {
	w.steps.compensate = func(context.Context, *run) error { return nil }
}

// put stores a submission in the given state.
func (w *fixture) put(s async.State) string {
	id := async.NewSecret()
	w.store.Put(async.Record{
		ID: id, Job: "errand", State: s, Created: w.start, Updated: w.start,
		Deadline: w.start.Add(time.Hour), Expires: w.start.Add(90 * 24 * time.Hour),
	})
	return id
}

// submitted accepts a submission, and returns its id.
func (w *fixture) submitted(t *testing.T) string {
	t.Helper()
	v, err := w.Submit(t.Context(), async.Submission{Body: []byte(`{"Name":"x"}`)})
	if err != nil {
		t.Fatal(err)
	}
	return v.ID
}

func (w *fixture) record(t *testing.T, id string) async.Record {
	t.Helper()
	r, err := w.store.Get(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// stage runs a stage, and returns the name of the error that the state machine sees.
func (w *fixture) stage(ctx context.Context, id, stage string, redrive int) (async.ActivityOutput, string) {
	out, err := w.RunStage(ctx, stage, async.ActivityInput{ID: id, Redrive: redrive})
	return out, name(err)
}

// waiting runs the waiting stage, whose task has the token.
func (w *fixture) waiting(t *testing.T, id, token string) {
	t.Helper()
	w.steps.start = func(_ context.Context, _ *run, back async.Callback) error {
		w.secrets = append(w.secrets, strings.TrimPrefix(back.URL, "https://api.example.org"+api.CallbackPath))
		return nil
	}
	w.workflows.Wait(id, token)
	if _, err := w.RunStage(t.Context(), "Approval", async.ActivityInput{ID: id, Token: token}); err != nil {
		t.Fatal(err)
	}
}

// fail records a failure, and returns the name of the error.
func (w *fixture) fail(t *testing.T, id, errorName string, redrive, failedIn int) string {
	t.Helper()
	return name(w.RecordFailure(t.Context(), async.ActivityInput{ID: id, Error: errorName, Redrive: redrive, FailedIn: failedIn}))
}

// name is that of an activity's error, which has to be outermost.
func name(err error) string {
	if err == nil {
		return ""
	}
	named, ok := err.(*async.ActivityError)
	if !ok {
		return "no ActivityError: " + err.Error()
	}
	return named.Name
}

func code(err error) string {
	var refused *async.RequestError
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &refused):
		return "no RequestError: " + err.Error()
	}
	return refused.Code
}

func kinds(events []async.Event) (kinds []async.EventKind) {
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}
