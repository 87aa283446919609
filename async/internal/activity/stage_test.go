package activity

import (
	"context"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/speakers"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// stepClock is a clock that sleeping moves on at once.
type stepClock struct {
	now   time.Time
	slept []time.Duration
}

func (c *stepClock) Now() time.Time { return c.now }

func (c *stepClock) Sleep(ctx context.Context, d time.Duration) error {
	c.slept = append(c.slept, d)
	c.now = c.now.Add(d)
	return ctx.Err()
}

// world is a store that holds the submission "id", freshly received, and a
// clock that shows start.
type world struct {
	store asynctest.Store
	clock stepClock
}

func newWorld() *world {
	w := &world{clock: stepClock{now: start}}
	w.store.Put(async.Record{
		ID:      "id",
		State:   state(speakers.Received(), 0),
		Payload: []byte(`{"speaker":{"name":"Ada","email":"ada@example.org"},"title":"t","description":"d","track":"t"}`),
		Created: start, Updated: start, Deadline: start.Add(time.Hour), Expires: start.Add(24 * time.Hour),
	})
	return w
}

func (w *world) stage(s speakers.Stage, policy string) Stage {
	committee, err := speakers.ParsePolicy(policy, "")
	if err != nil {
		panic(err)
	}
	return Stage{Stage: s, Store: &w.store, Committee: committee, Clock: &w.clock, Speed: 1, Lifetime: time.Hour}
}

func (w *world) record(t *testing.T) async.Record {
	t.Helper()
	r, err := w.store.Get(t.Context(), "id")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// name is the name that Retry and Catch will see.
func name(t *testing.T, err error) string {
	t.Helper()
	named, ok := err.(messages.InvokeResponse_Error) // not errors.As: it has to be outermost
	if !ok {
		t.Fatalf("%T carries no name: %v", err, err)
	}
	return named.Type
}

func TestStagesLeadToApproval(t *testing.T) {
	w := newWorld()
	for _, s := range speakers.Stages() {
		out, err := w.stage(s, "approve").Run(t.Context(), Input{ID: "id"})
		if err != nil || out != (Output{ID: "id", Decision: speakers.Accepted}) {
			t.Fatalf("%s: %+v, %v", s, out, err)
		}
	}
	r := w.record(t)
	if r.Status != api.Succeeded || r.CustomStatus != "Approved" || len(r.Decisions) != 3 {
		t.Errorf("%+v", r)
	}
	if want := []time.Duration{20 * time.Second, 15 * time.Second, 10 * time.Second}; !reflect.DeepEqual(w.clock.slept, want) {
		t.Errorf("slept %v", w.clock.slept)
	}
	if want := start.Add(45 * time.Second); !r.Updated.Equal(want) {
		t.Errorf("updated %v, want %v", r.Updated, want)
	}
}

func TestRejectionEndsTheSubmissionInTheSameWrite(t *testing.T) {
	for _, s := range speakers.Stages() {
		w := newWorld()
		out, err := w.stage(s, "reject@"+s.String()).Run(t.Context(), Input{ID: "id"})
		r := w.record(t)
		if err != nil || out.Decision != speakers.Rejected || r.CustomStatus != "Rejected" || r.Status != api.Succeeded ||
			r.Decisions[s.String()] != "rejected" {
			t.Errorf("%s: %+v, %v, %+v", s, out, err, r)
		}
	}
}

func TestStatusShowsTheStageWhileItRuns(t *testing.T) {
	w := newWorld()
	stage := w.stage(speakers.Shortlisting, "approve")
	stage.Committee = asking{stage.Committee, func() {
		if r := w.record(t); r.Status != api.Running || r.CustomStatus != "Shortlisting" || r.Rank != 2 {
			t.Errorf("%+v", r.State)
		}
	}}
	if _, err := stage.Run(t.Context(), Input{ID: "id"}); err != nil {
		t.Fatal(err)
	}
}

// asking is a committee that calls a function when it is asked.
type asking struct {
	speakers.Committee
	asked func()
}

func (a asking) Decide(ctx context.Context, id string, s speakers.Stage, p speakers.Presentation) (speakers.Decision, error) {
	a.asked()
	return a.Committee.Decide(ctx, id, s, p)
}

func TestRecordedDecisionIsReturned(t *testing.T) {
	w := newWorld()
	if _, err := w.stage(speakers.Moderation, "approve").Run(t.Context(), Input{ID: "id"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.stage(speakers.Shortlisting, "approve").Run(t.Context(), Input{ID: "id"}); err != nil {
		t.Fatal(err)
	}
	before := w.record(t)
	out, err := w.stage(speakers.Moderation, "reject@moderation").Run(t.Context(), Input{ID: "id"})
	if err != nil || out.Decision != speakers.Accepted {
		t.Errorf("%+v, %v", out, err)
	}
	if after := w.record(t); !reflect.DeepEqual(before, after) {
		t.Errorf("a late run changed the record:\n%+v\n%+v", before, after)
	}
}

func TestRunAfterACrashWaitsForTheRest(t *testing.T) {
	w := newWorld()
	stage := w.stage(speakers.Moderation, "approve")
	stage.Clock = interrupted{&w.clock}
	if _, err := stage.Run(t.Context(), Input{ID: "id"}); name(t, err) != Unavailable {
		t.Fatal(err)
	}
	w.clock.now = start.Add(12 * time.Second)
	if _, err := w.stage(speakers.Moderation, "approve").Run(t.Context(), Input{ID: "id"}); err != nil {
		t.Fatal(err)
	}
	if want := []time.Duration{8 * time.Second}; !reflect.DeepEqual(w.clock.slept, want) {
		t.Errorf("slept %v, want %v", w.clock.slept, want)
	}
}

func TestRunAfterTheClockWasSetBackWaitsNoLongerThanTheStageTakes(t *testing.T) {
	w := newWorld()
	stage := w.stage(speakers.Moderation, "approve")
	stage.Clock = interrupted{&w.clock}
	if _, err := stage.Run(t.Context(), Input{ID: "id"}); name(t, err) != Unavailable {
		t.Fatal(err)
	}
	w.clock.now = start.Add(-24 * time.Hour)
	if _, err := w.stage(speakers.Moderation, "approve").Run(t.Context(), Input{ID: "id"}); err != nil {
		t.Fatal(err)
	}
	if want := []time.Duration{20 * time.Second}; !reflect.DeepEqual(w.clock.slept, want) {
		t.Errorf("slept %v, want %v", w.clock.slept, want)
	}
}

// interrupted is a clock whose sleeps are cut short.
type interrupted struct{ *stepClock }

func (interrupted) Sleep(context.Context, time.Duration) error { return context.Canceled }

func TestSpeedDividesTheTime(t *testing.T) {
	for speed, want := range map[float64][]time.Duration{10: {2 * time.Second}, 40: {500 * time.Millisecond}, math.Inf(1): nil} {
		w := newWorld()
		stage := w.stage(speakers.Moderation, "approve")
		stage.Speed = speed
		if _, err := stage.Run(t.Context(), Input{ID: "id"}); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(w.clock.slept, want) {
			t.Errorf("speed %v: slept %v, want %v", speed, w.clock.slept, want)
		}
	}
}

func TestTwinThatDecidesFirstIsHeeded(t *testing.T) {
	w := newWorld()
	stage := w.stage(speakers.Moderation, "approve")
	stage.Committee = asking{stage.Committee, func() {
		if _, err := w.stage(speakers.Moderation, "reject@moderation").Run(t.Context(), Input{ID: "id"}); err != nil {
			t.Error(err)
		}
	}}
	out, err := stage.Run(t.Context(), Input{ID: "id"})
	if err != nil || out.Decision != speakers.Rejected {
		t.Errorf("%+v, %v: the recorded decision is the other one", out, err)
	}
}

func TestRedriveReopensAFailure(t *testing.T) {
	w := newWorld()
	_, err := w.stage(speakers.Moderation, "fail@moderation").Run(t.Context(), Input{ID: "id"})
	if name(t, err) != ReviewFailed {
		t.Fatal(err)
	}
	failure := Failure{Store: &w.store, Clock: &w.clock}
	if err := failure.Run(t.Context(), FailureInput{Input{ID: "id"}, ReviewFailed, 0}); name(t, err) != Failed {
		t.Fatal(err)
	}
	if _, err := w.stage(speakers.Moderation, "approve").Run(t.Context(), Input{ID: "id"}); name(t, err) != Overtaken {
		t.Errorf("a late run of the first drive: %v", err)
	}
	w.clock.now = start.Add(48 * time.Hour)
	out, err := w.stage(speakers.Moderation, "approve").Run(t.Context(), Input{ID: "id", Redrive: 1})
	r := w.record(t)
	if err != nil || out.Decision != speakers.Accepted || r.Status != api.Running || r.Redrive != 1 {
		t.Errorf("%+v, %v, %+v", out, err, r)
	}
	if want := start.Add(49 * time.Hour); !r.Deadline.Equal(want) {
		t.Errorf("deadline %v, want %v", r.Deadline, want)
	}
}

func TestFaultsAreNamed(t *testing.T) {
	down := errors.New("dial tcp: ada@example.org")
	tests := map[string]struct {
		arrange func(*world, *Stage)
		in      Input
		want    string
	}{
		"no id":             {in: Input{}, want: Invalid},
		"negative redrive":  {in: Input{ID: "id", Redrive: -1}, want: Invalid},
		"no record":         {in: Input{ID: "other"}, want: NotFound},
		"canceled":          {func(w *world, _ *Stage) { w.end(api.Canceled) }, Input{ID: "id"}, Overtaken},
		"unreadable record": {func(w *world, _ *Stage) { w.payload(`[`) }, Input{ID: "id"}, Invalid},
		"get fails":         {func(w *world, s *Stage) { s.Store = broken{&w.store, down, nil} }, Input{ID: "id"}, Unavailable},
		"advance fails":     {func(w *world, s *Stage) { s.Store = broken{&w.store, nil, down} }, Input{ID: "id"}, Unavailable},
		"out of bounds":     {func(w *world, s *Stage) { s.Store = broken{&w.store, nil, async.ErrInvalid} }, Input{ID: "id"}, Invalid},
		"committee away":    {func(_ *world, s *Stage) { s.Committee = failing{s.Committee, down} }, Input{ID: "id"}, Unavailable},
		"committee refuses": {func(_ *world, s *Stage) { s.Committee = failing{s.Committee, speakers.ErrRefused} }, Input{ID: "id"}, ReviewFailed},
	}
	for about, test := range tests {
		w := newWorld()
		stage := w.stage(speakers.Moderation, "approve")
		if test.arrange != nil {
			test.arrange(w, &stage)
		}
		_, err := stage.Run(t.Context(), test.in)
		if got := name(t, err); got != test.want {
			t.Errorf("%s: %s, want %s", about, got, test.want)
		}
		if text := err.Error(); contains(text, "ada@") || contains(text, "tcp") {
			t.Errorf("%s: the message repeats what it must not: %s", about, text)
		}
	}
}
