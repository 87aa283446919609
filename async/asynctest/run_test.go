package asynctest_test

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

type order struct {
	Item  string `json:"item"`
	Count int    `json:"count"`
}

type receipt struct {
	Number string `json:"number"`
}

type (
	run        = async.Run[order, receipt]
	submission = asynctest.Submission[receipt]
)

var errSoldOut = async.Failure{Code: "SoldOut", Message: "The item is sold out."}

// shop is what the stages of an order depend on.
type shop struct {
	pack        func(context.Context, *run) (async.Outcome, error)
	backs       []async.Callback
	start       func() error
	compensated int
	noResult    bool
}

var parcel = async.Value[string]{Name: "parcel"}

func (s *shop) job() async.Job[order, receipt] {
	return async.Job[order, receipt]{
		Name: "order",
		Stages: []async.Stage[order, receipt]{
			{
				Name: "Packing", Activity: "pack", Message: "The order is being packed.", Expected: time.Minute, Timeout: 5 * time.Minute,
				Ends: []async.End{{Outcome: "Refused", Message: "The order was refused."}},
				Do: func(ctx context.Context, r *run) (async.Outcome, error) {
					if s.pack != nil {
						return s.pack(ctx, r)
					}
					return async.Continue, parcel.Set(r, "parcel of "+r.Input.Item)
				},
			},
			{
				Name: "Signature", Activity: "sign", Message: "The parcel is to be signed for.", Timeout: 48 * time.Hour, Heartbeat: 24 * time.Hour,
				Expired: async.End{Outcome: "Returned", Message: "The parcel was returned."},
				Wait: async.WaitFor(
					func(_ context.Context, _ *run, back async.Callback) error {
						s.backs = append(s.backs, back)
						if s.start != nil {
							return s.start()
						}
						return nil
					},
					func(_ context.Context, r *run, answer struct{ By string }) (async.Outcome, error) {
						switch answer.By {
						case "":
							return async.Continue, async.Problems{{Pointer: "/By", Detail: "is required"}}
						case "thief":
							return async.Continue, errSoldOut
						}
						what, err := parcel.Get(r)
						if err != nil || s.noResult {
							return async.Continue, err
						}
						return async.Continue, r.SetResult(receipt{what + " for " + answer.By})
					}),
			},
		},
		Done:       async.End{Outcome: "Delivered", Message: "The order was delivered."},
		Failures:   []async.Failure{errSoldOut},
		Examples:   []order{{Item: "tea", Count: 1}},
		Compensate: func(context.Context, *run) error { s.compensated++; return nil },
	}
}

func code(err error) string {
	var refused *async.RequestError
	if !errors.As(err, &refused) {
		return ""
	}
	return refused.Code
}

func TestRunToTheEnd(t *testing.T) {
	s := &shop{}
	got := asynctest.Run(t, s.job(), order{"tea", 1}, func(at *submission) {
		at.Sleep(20 * time.Hour)
		if r := at.Record(); r.CustomStatus != "Signature" || r.Percent == 0 {
			t.Errorf("record %+v", r)
		}
	}, func(at *submission) {
		if c := code(at.Answer(s.backs[0], map[string]any{"By": 1})); c != api.CodeInvalidSubmission {
			t.Errorf("an answer of a wrong type: %s", c)
		}
		if c := code(at.Answer(s.backs[0], map[string]any{})); c != api.CodeInvalidSubmission {
			t.Errorf("an answer with a problem: %s", c)
		}
	})
	if got.Status != api.Failed || got.Error.Code != api.CodeTimedOut || got.Took != 24*time.Hour {
		t.Errorf("without a heartbeat: %s %+v after %v", got.Status, got.Error, got.Took)
	}

	s = &shop{}
	got = asynctest.Run(t, s.job(), order{"tea", 1}, func(at *submission) {
		at.Sleep(20 * time.Hour)
		if err := at.Heartbeat(s.backs[0]); err != nil {
			t.Error(err)
		}
		at.Sleep(20 * time.Hour)
		if err := at.Answer(s.backs[0], map[string]any{"By": "Ada"}); err != nil {
			t.Error(err)
		}
	})
	if got.Status != api.Succeeded || got.Outcome != "Delivered" || got.Result.Number != "parcel of tea for Ada" || got.Took != 40*time.Hour {
		t.Errorf("%+v", got)
	}
	if want := []string{"Received", "Packing", "Signature", "Delivered"}; !slices.Equal(got.Seen, want) {
		t.Errorf("seen %q, want %q", got.Seen, want)
	}
	if c := code(asynctest.Submit(t, s.job(), `{"count":"x","item":1}`)); c != api.CodeInvalidSubmission {
		t.Errorf("a bad body: %s", c)
	}
	if err := asynctest.Submit(t, s.job(), `{"Item":"tea"}`); err != nil || len(s.backs) != 1 {
		t.Errorf("a good body: %v", err)
	}
}

// A wait that runs out ends as the stage says, without a heartbeat to wait for.
func TestRunExpires(t *testing.T) {
	s := &shop{}
	job := s.job()
	job.Stages[1].Heartbeat = 0
	got := asynctest.Run(t, job, order{"tea", 1})
	if got.Status != api.Succeeded || got.Outcome != "Returned" || got.Took < 48*time.Hour || got.Took > 48*time.Hour+time.Minute {
		t.Errorf("%+v", got)
	}
	// Without Expired it is a failure.
	job.Stages[1].Expired = async.End{}
	if got := asynctest.Run(t, job, order{"tea", 1}); got.Status != api.Failed || got.Error.Code != api.CodeTimedOut {
		t.Errorf("%+v", got)
	}
}

func TestRunRepeats(t *testing.T) {
	runs := 0
	s := &shop{pack: func(ctx context.Context, r *run) (async.Outcome, error) {
		if runs++; runs < 4 {
			return async.Continue, errors.New("connection reset")
		}
		return "Refused", nil
	}}
	// 2, 4 and 8 seconds between the runs.
	if got := asynctest.Run(t, s.job(), order{}); got.Outcome != "Refused" || got.Took != 14*time.Second || runs != 4 {
		t.Errorf("%+v after %d runs", got, runs)
	}
	runs = -100
	got := asynctest.Run(t, s.job(), order{})
	if got.Status != api.Failed || got.Error.Code != api.CodeProcessFailed || runs != -100+7 {
		t.Errorf("%+v after %d runs", got, runs+100)
	}

	// A lack of capacity has more patience, a timeout less.
	runs = 0
	s.pack = func(context.Context, *run) (async.Outcome, error) {
		runs++
		return async.Continue, async.ErrThrottled
	}
	if got := asynctest.Run(t, s.job(), order{}); got.Status != api.Failed || runs != async.CapacityAttempts+1 {
		t.Errorf("throttled: %+v after %d runs", got, runs)
	}
	runs = 0
	s.pack = func(ctx context.Context, r *run) (async.Outcome, error) {
		runs++
		return async.Continue, async.Sleep(ctx, time.Hour)
	}
	if got := asynctest.Run(t, s.job(), order{}); got.Error == nil || got.Error.Code != api.CodeTimedOut || runs != 1+async.LostAttempts {
		t.Errorf("timed out: %+v after %d runs", got, runs)
	}
	var stuck atomic.Int32                                        // both runs are at work at a time
	s.pack = func(context.Context, *run) (async.Outcome, error) { // does not look at its context
		stuck.Add(1)
		time.Sleep(time.Hour)
		return async.Continue, nil
	}
	if got := asynctest.Run(t, s.job(), order{}); got.Error == nil || got.Error.Code != api.CodeTimedOut || stuck.Load() != 1+async.LostAttempts {
		t.Errorf("stuck: %+v after %d runs", got, stuck.Load())
	}
}

func TestRunFailsAndIsRedriven(t *testing.T) {
	fail := true
	s := &shop{pack: func(ctx context.Context, r *run) (async.Outcome, error) {
		if fail {
			return async.Continue, errSoldOut
		}
		return "Refused", nil
	}}
	got := asynctest.Run(t, s.job(), order{}, func(at *submission) {
		if r := at.Record(); r.Status != api.Failed || *r.Error != (api.Error{Code: "SoldOut", Message: errSoldOut.Message}) {
			t.Errorf("failed as %+v, %+v", r.State, r.Error)
		}
		fail = false
		at.Redrive()
	})
	if got.Status != api.Succeeded || got.Outcome != "Refused" || got.Error != nil {
		t.Errorf("%+v", got)
	}
}

func TestRunCancels(t *testing.T) {
	var cause error
	s := &shop{pack: func(ctx context.Context, r *run) (async.Outcome, error) {
		err := async.Sleep(ctx, time.Minute)
		cause = err
		return async.Continue, errors.Join(err, parcel.Set(r, "x"))
	}}
	got := asynctest.Run(t, s.job(), order{}, func(at *submission) { at.Sleep(10 * time.Second); at.Cancel() })
	if got.Status != api.Canceled || got.Took != 10*time.Second || !errors.Is(cause, async.ErrCanceled) || s.compensated != 1 || !got.Compensated {
		t.Errorf("while a stage runs: %+v, cause %v, compensated %d times", got, cause, s.compensated)
	}
	s.compensated = 0
	got = asynctest.Run(t, s.job(), order{}, func(at *submission) { at.Sleep(time.Hour); at.Cancel(); at.Cancel() }, func(at *submission) {
		if c := code(at.Answer(s.backs[0], map[string]any{"By": "Ada"})); c != api.CodeGone {
			t.Errorf("answered after the cancellation: %s", c)
		}
	})
	if got.Status != api.Canceled || got.Took != time.Hour || s.compensated != 1 {
		t.Errorf("while a stage waits: %+v, compensated %d times", got, s.compensated)
	}
	job := s.job()
	job.Compensate, cause = nil, nil
	got = asynctest.Run(t, job, order{}, func(at *submission) { at.Sleep(10 * time.Second); at.Cancel() })
	if got.Status != api.Canceled || !errors.Is(cause, async.ErrCanceled) || got.Compensated {
		t.Errorf("without compensation: %+v, cause %v", got, cause)
	}
}

// Every callback of a stage works until one of them is answered, also that of a
// start that failed after it had handed it out.
func TestRunStartsAWaitAgain(t *testing.T) {
	s := &shop{}
	s.start = func() error {
		if len(s.backs) == 1 {
			return errors.New("connection reset")
		}
		return nil
	}
	got := asynctest.Run(t, s.job(), order{}, func(at *submission) {
		at.Sleep(time.Hour)
		if len(s.backs) != 2 {
			t.Fatalf("%d callbacks", len(s.backs))
		}
		for range 2 { // repeating an answer is safe
			if err := at.Answer(s.backs[0], map[string]any{"By": "Ada"}); err != nil {
				t.Error(err)
			}
		}
		for _, back := range s.backs {
			if c := code(at.Answer(back, map[string]any{"By": "Eve"})); c != api.CodeGone {
				t.Errorf("answered twice: %q", c)
			}
			if c := code(at.Heartbeat(back)); c != api.CodeGone {
				t.Errorf("a heartbeat after the answer: %q", c)
			}
		}
	})
	if got.Outcome != "Delivered" || !strings.HasSuffix(got.Result.Number, "for Ada") {
		t.Errorf("%+v", got)
	}
}

// An answer can fail the submission, once.
func TestRunAnswerFails(t *testing.T) {
	s := &shop{}
	got := asynctest.Run(t, s.job(), order{}, func(at *submission) {
		for range 2 {
			if err := at.Answer(s.backs[0], map[string]any{"By": "thief"}); err != nil {
				t.Error(err)
			}
		}
		if c := code(at.Answer(s.backs[0], map[string]any{"By": "Ada"})); c != api.CodeGone {
			t.Errorf("answered after the failure: %q", c)
		}
	})
	if got.Status != api.Failed || got.Error.Code != "SoldOut" {
		t.Errorf("%+v", got)
	}
}

func TestRunKeepsLargeResults(t *testing.T) {
	tries := 0
	s := &shop{pack: func(ctx context.Context, r *run) (async.Outcome, error) {
		w, err := r.ResultWriter(ctx, "text/plain", "label.txt")
		if err != nil {
			return async.Continue, err
		}
		defer w.Abort()
		tries++
		if _, err := io.WriteString(w, strings.Repeat("label ", tries)); err != nil {
			return async.Continue, err
		}
		if err := w.Commit(); err != nil {
			return async.Continue, err
		}
		if tries < 3 {
			return async.Continue, errors.New("committed, and then failed")
		}
		return "Refused", nil
	}}
	got := asynctest.Run(t, s.job(), order{})
	info, f := got.Open()
	content, err := io.ReadAll(f)
	if err != nil || string(content) != "label label label " || info.FileName != "label.txt" || info.Size != int64(len(content)) {
		t.Errorf("%q, %+v, %v", content, info, err)
	}
}

// A job that promises a result and ends without one fails its test.
func TestRunWantsAResult(t *testing.T) {
	const child = "ASYNCTEST_WITHOUT_RESULT"
	if os.Getenv(child) != "" {
		s := &shop{noResult: true}
		asynctest.Run(t, s.job(), order{}, func(at *submission) { at.Answer(s.backs[0], map[string]any{"By": "Ada"}) })
		return
	}
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRunWantsAResult$")
	c.Env = append(os.Environ(), child+"=1")
	if out, err := c.CombinedOutput(); err == nil || !strings.Contains(string(out), "reached Delivered without a result") {
		t.Errorf("%v: %s", err, out)
	}
}
