package async_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

const (
	yes = `{"ok":true}`
	no  = `{"ok":false}`
)

// inWait runs a test with a submission that waits, its task with token "first".
func inWait(t *testing.T, test func(t *testing.T, w *fixture, id string), change ...func(*fixture, *async.Config)) {
	t.Helper()
	withFixture(t, func(t *testing.T, w *fixture) {
		id := w.submitted(t)
		w.waiting(t, id, "first")
		w.events = nil
		test(t, w, id)
	}, change...)
}

func (w *fixture) answers() (all []string) {
	for _, a := range w.workflows.Answers() {
		all = append(all, a.Token+" "+a.Error+a.Output)
	}
	return all
}

func TestWaitAndAnswer(t *testing.T) {
	inWait(t, func(t *testing.T, w *fixture, id string) {
		r := w.record(t, id)
		if r.CustomStatus != "Approval" || r.Waiting != (async.Waiting{Stage: "Approval", Token: "first", Attempt: 2 << 20}) || r.Rank != 2 ||
			!r.Deadline.After(w.start.Add(48*time.Hour)) {
			t.Errorf("%+v", r)
		}
		secret := w.secrets[0]
		view, err := w.DescribeCallback(t.Context(), secret)
		want := async.CallbackView{
			Job: "errand", Stage: "Approval", Message: "The errand waits for its approval.", Answer: reflect.TypeFor[answer](),
			Expires: w.start.Add(48 * time.Hour), Open: true,
		}
		if err != nil || view != want {
			t.Errorf("%+v, %v; want %+v", view, err, want)
		}
		if strings.Contains(secret, id) || secret == "first" {
			t.Errorf("the secret %q gives something away", secret)
		}
		time.Sleep(time.Hour)
		if err := w.Complete(t.Context(), secret, []byte(yes)); err != nil {
			t.Error(err)
		}
		if got := w.answers(); !slices.Equal(got, []string{`first {"id":"` + id + `","ended":false,"decision":"accepted"}`}) {
			t.Errorf("answers %q", got)
		}
		if r := w.record(t, id); r.Status != api.Running || len(r.Outcomes) != 1 || r.Outcomes["Approval"] != async.Continue {
			t.Errorf("%+v", r)
		}
		if view, err := w.DescribeCallback(t.Context(), secret); err != nil || view.Open {
			t.Errorf("answered: %+v, %v", view, err)
		}
		if got := kinds(w.events); !slices.Equal(got, []async.EventKind{async.StageFinished}) {
			t.Errorf("events %v", got)
		}
	})
}

// What is wrong with an answer is the caller's to mend, and the stage waits on.
func TestWrongAnswers(t *testing.T) {
	inWait(t, func(t *testing.T, w *fixture, id string) {
		w.complete = func(ctx context.Context, r *run, a answer) (async.Outcome, error) {
			var p async.Problems
			p.Add("/OK", "must be true")
			return async.Continue, p
		}
		for body, want := range map[string]string{
			``: api.CodeMalformedRequest, `{`: api.CodeMalformedRequest, `{"ok":1,"OK":true}`: api.CodeMalformedRequest,
			`[]`: api.CodeInvalidSubmission, `{"ok":"yes"}`: api.CodeInvalidSubmission, no: api.CodeInvalidSubmission,
		} {
			err := w.Complete(t.Context(), w.secrets[0], []byte(body))
			if code(err) != want {
				t.Errorf("%q: %v, want %s", body, err, want)
			}
			var refused *async.RequestError
			if errors.As(err, &refused) && want == api.CodeInvalidSubmission && len(refused.Fields) != 1 {
				t.Errorf("%q: %+v", body, refused.Fields)
			}
		}
		for name, f := range map[string]func(context.Context, *run, answer) (async.Outcome, error){
			"error":      func(context.Context, *run, answer) (async.Outcome, error) { return "", errors.New("ada@example.org") },
			"undeclared": func(context.Context, *run, answer) (async.Outcome, error) { return "Lost", nil },
			"failure":    func(context.Context, *run, answer) (async.Outcome, error) { return "", async.Failure{Code: "Other"} },
		} {
			w.complete = f
			if err := w.Complete(t.Context(), w.secrets[0], []byte(yes)); code(err) != api.CodeInternal || strings.Contains(err.Error(), "ada@") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if r := w.record(t, id); len(w.answers()) > 0 || len(r.Outcomes) > 0 || r.Status != api.Running {
			t.Errorf("%q, %+v", w.answers(), r)
		}
		for _, secret := range []string{"", "nonsense", async.NewSecret(), id} {
			if err := w.Complete(t.Context(), secret, []byte(yes)); code(err) != api.CodeNotFound {
				t.Errorf("%q: %v", secret, err)
			}
			if err := w.Heartbeat(t.Context(), secret); code(err) != api.CodeNotFound {
				t.Errorf("heartbeat at %q: %v", secret, err)
			}
			if _, err := w.DescribeCallback(t.Context(), secret); code(err) != api.CodeNotFound {
				t.Errorf("description of %q: %v", secret, err)
			}
		}
		w.complete = nil
		if err := w.Complete(t.Context(), w.secrets[0], []byte(yes)); err != nil {
			t.Errorf("a right answer in the end: %v", err)
		}
	})
}

// A form without a choice, or a program's mistake, must not become a refusal.
func TestAnEmptyAnswerDecidesNothing(t *testing.T) {
	inWait(t, func(t *testing.T, w *fixture, id string) {
		for _, body := range []string{`{}`, `null`, `{"ok":null}`, `{"o":true}`} {
			if err := w.Complete(t.Context(), w.secrets[0], []byte(body)); code(err) != api.CodeInvalidSubmission {
				t.Errorf("%s: %v", body, err)
			}
		}
		if r := w.record(t, id); len(r.Outcomes) > 0 {
			t.Errorf("%+v", r)
		}
	})
}

// Repeating the same answer is safe, after a crash too; another one is refused.
func TestAnsweredTwice(t *testing.T) {
	inWait(t, func(t *testing.T, w *fixture, id string) {
		for _, op := range []string{"Store.Callback", "Store.Get", "Store.Input", "Store.Advance", "Workflows.Complete"} {
			w.faults.Once(op, asynctest.Refuse)
			if err := w.Complete(t.Context(), w.secrets[0], []byte(no)); code(err) != api.CodeUnavailable {
				t.Errorf("%s refused: %v", op, err)
			}
		}
		if len(w.answers()) != 0 || w.record(t, id).CustomStatus != "Disapproved" {
			t.Errorf("%q, %+v", w.answers(), w.record(t, id))
		}
		if err := w.Complete(t.Context(), w.secrets[0], []byte(yes)); code(err) != api.CodeGone {
			t.Errorf("another answer: %v", err)
		}
		for range 2 {
			if err := w.Complete(t.Context(), w.secrets[0], []byte(no)); err != nil {
				t.Errorf("the same answer: %v", err)
			}
		}
		if got := w.answers(); !slices.Equal(got, []string{`first {"id":"` + id + `","ended":true,"decision":"rejected"}`}) {
			t.Errorf("answers %q", got)
		}
	})
}

// An answer can be repeated however far the submission has come: whoever gave it
// may have lost the response.
func TestAnswerRepeatedLate(t *testing.T) {
	inWait(t, func(t *testing.T, w *fixture, id string) {
		if err := w.Complete(t.Context(), w.secrets[0], []byte(yes)); err != nil {
			t.Fatal(err)
		}
		if out, err := w.RunStage(t.Context(), "Last", async.ActivityInput{ID: id}); err != nil || !out.Ended {
			t.Fatalf("%+v, %v", out, err)
		}
		if err := w.Complete(t.Context(), w.secrets[0], []byte(yes)); err != nil {
			t.Errorf("the same answer: %v", err)
		}
		if err := w.Complete(t.Context(), w.secrets[0], []byte(no)); code(err) != api.CodeGone {
			t.Errorf("another answer: %v", err)
		}
	})
}

// An answer that was recorded before a crash is passed on, though it is never
// repeated: by the next attempt to answer, or by a reader a minute later.
func TestAnswerThatACrashHasLeft(t *testing.T) {
	for name, find := range map[string]func(t *testing.T, w *fixture, id string){
		"another answer": func(t *testing.T, w *fixture, _ string) {
			if err := w.Complete(t.Context(), w.secrets[0], []byte(no)); code(err) != api.CodeGone {
				t.Errorf("another answer: %v", err)
			}
		},
		"a reader": func(t *testing.T, w *fixture, id string) {
			for _, after := range []time.Duration{0, time.Minute + time.Second} {
				if len(w.answers()) != 0 {
					t.Errorf("passed on within the minute: %q", w.answers())
				}
				time.Sleep(after)
				if v, err := w.Status(t.Context(), id, 0); err != nil || v.Status != api.Running {
					t.Errorf("%+v, %v", v, err)
				}
			}
		},
		"reconciliation": func(t *testing.T, w *fixture, id string) {
			if err := w.Reconcile(t.Context(), id, nil); err != nil {
				t.Error(err)
			}
		},
	} {
		inWait(t, func(t *testing.T, w *fixture, id string) {
			w.faults.Once("Workflows.Complete", asynctest.Refuse)
			if err := w.Complete(t.Context(), w.secrets[0], []byte(yes)); code(err) != api.CodeUnavailable {
				t.Errorf("got %v", err)
			}
			find(t, w, id)
			if got := w.answers(); !slices.Equal(got, []string{`first {"id":"` + id + `","ended":false,"decision":"accepted"}`}) {
				t.Errorf("%s: answers %q", name, got)
			}
		})
	}
}

// A repeated attempt has another token, and every callback leads to the latest.
func TestReplacedToken(t *testing.T) {
	inWait(t, func(t *testing.T, w *fixture, id string) {
		w.waiting(t, id, "second")
		if len(w.secrets) != 2 || w.secrets[0] == w.secrets[1] {
			t.Fatalf("secrets %q", w.secrets)
		}
		if err := w.Heartbeat(t.Context(), w.secrets[0]); err != nil {
			t.Error(err)
		}
		if err := w.Complete(t.Context(), w.secrets[0], []byte(yes)); err != nil {
			t.Error(err)
		}
		if err := w.Complete(t.Context(), w.secrets[1], []byte(no)); code(err) != api.CodeGone {
			t.Errorf("the other callback: %v", err)
		}
		got := w.answers()
		if len(got) != 2 || got[0] != "second " || !strings.HasPrefix(got[1], "second {") {
			t.Errorf("answers %q", got)
		}
	})
	// The token is replaced while the answer is decided on.
	inWait(t, func(t *testing.T, w *fixture, id string) {
		w.complete = func(context.Context, *run, answer) (async.Outcome, error) {
			w.waiting(t, id, "second")
			return async.Continue, nil
		}
		if err := w.Complete(t.Context(), w.secrets[0], []byte(yes)); err != nil {
			t.Error(err)
		}
		if got := w.answers(); len(got) != 1 || !strings.HasPrefix(got[0], "second {") {
			t.Errorf("answers %q", got)
		}
	})
	// The answer is recorded before the attempt binds its token: it is answered at once.
	inWait(t, func(t *testing.T, w *fixture, id string) {
		w.faults.Once("Store.PutCallback", func(ctx context.Context, call func(context.Context) error) error {
			if err := w.Complete(t.Context(), w.secrets[0], []byte(yes)); err != nil {
				t.Error(err)
			}
			return call(ctx)
		})
		w.waiting(t, id, "second")
		if got := w.answers(); len(got) != 2 || !strings.HasPrefix(got[0], "first {") || !strings.HasPrefix(got[1], "second {") || len(w.secrets) != 1 {
			t.Errorf("answers %q, %d callbacks", got, len(w.secrets))
		}
	})
}

// attempt runs the waiting stage as a task that was repeated so often does.
func (w *fixture) attempt(t *testing.T, id, token string, attempt int) error {
	w.workflows.Wait(id, token)
	_, err := w.RunStage(t.Context(), "Approval", async.ActivityInput{ID: id, Token: token, Attempt: attempt})
	return err
}

// An attempt that was given up and comes late takes nothing from the one that
// repeats it: neither the token, nor the answer that was recorded for it.
func TestLateAttempt(t *testing.T) {
	inWait(t, func(t *testing.T, w *fixture, id string) {
		if err := w.attempt(t, id, "second", 1); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := w.attempt(t, id, "late", 0); name(err) != async.Overtaken {
				t.Errorf("the late attempt: %v", err)
			}
		}
		w.faults.Once("Workflows.Complete", asynctest.Refuse) // a crash before the answer is passed on
		if err := w.Complete(t.Context(), w.secrets[0], []byte(yes)); code(err) != api.CodeUnavailable {
			t.Error(err)
		}
		if err := w.attempt(t, id, "late", 0); err != nil {
			t.Errorf("the late attempt, once there is an answer: %v", err)
		}
		if err := w.Reconcile(t.Context(), id, nil); err != nil {
			t.Error(err)
		}
		if got := w.answers(); len(got) != 2 || !strings.HasPrefix(got[1], "second {") {
			t.Errorf("answers %q, want one of the attempt that waits", got)
		}
	})
	// The token is replaced while an answer fails the submission.
	inWait(t, func(t *testing.T, w *fixture, id string) {
		w.complete = func(context.Context, *run, answer) (async.Outcome, error) {
			w.complete = func(context.Context, *run, answer) (async.Outcome, error) { return async.Continue, errRefused }
			if err := w.attempt(t, id, "second", 1); err != nil {
				t.Error(err)
			}
			return async.Continue, errRefused
		}
		if err := w.Complete(t.Context(), w.secrets[0], []byte(no)); err != nil {
			t.Error(err)
		}
		if got := w.answers(); !slices.Equal(got, []string{"second ErrandRefused"}) {
			t.Errorf("answers %q", got)
		}
	})
	// A cancellation that meets a new attempt fails the task that waits.
	inWait(t, func(t *testing.T, w *fixture, id string) {
		w.faults.Once("Store.Advance", func(ctx context.Context, call func(context.Context) error) error {
			if err := w.attempt(t, id, "second", 1); err != nil {
				t.Error(err)
			}
			if _, err := w.CancelID(t.Context(), id); err != nil {
				t.Error(err)
			}
			return call(ctx)
		})
		if v, err := w.CancelID(t.Context(), id); err != nil || v.Status != api.Canceled {
			t.Errorf("%+v, %v", v, err)
		}
		if got := w.answers(); !slices.Equal(got, []string{"second " + async.Overtaken}) {
			t.Errorf("answers %q", got)
		}
	}, compensating)
}

// An answer that fails the submission is the one that is recorded.
func TestAnswerThatFails(t *testing.T) {
	inWait(t, func(t *testing.T, w *fixture, id string) {
		w.complete = func(_ context.Context, _ *run, a answer) (async.Outcome, error) {
			if a.OK {
				return async.Continue, nil
			}
			return async.Continue, errRefused
		}
		w.faults.Once("Workflows.Fail", asynctest.Refuse)
		if err := w.Complete(t.Context(), w.secrets[0], []byte(no)); code(err) != api.CodeUnavailable {
			t.Errorf("not passed on: %v", err)
		}
		if err := w.Complete(t.Context(), w.secrets[0], []byte(yes)); code(err) != api.CodeGone {
			t.Errorf("another answer: %v", err)
		}
		for range 2 {
			if err := w.Complete(t.Context(), w.secrets[0], []byte(no)); err != nil {
				t.Errorf("the same answer: %v", err)
			}
		}
		if got := w.answers(); !slices.Equal(got, []string{"first ErrandRefused"}) {
			t.Errorf("answers %q", got)
		}
		if got := w.fail(t, id, errRefused.Code, 0, 0); got != async.Failed {
			t.Error(got)
		}
		r := w.record(t, id)
		if r.Status != api.Failed || *r.Error != (api.Error{Code: errRefused.Code, Message: errRefused.Message}) || len(r.Outcomes) != 0 {
			t.Errorf("%+v", r)
		}
		if got := kinds(w.events); !slices.Equal(got, []async.EventKind{async.Ended}) {
			t.Errorf("events %v", got)
		}
	})
}

// Of two answers at a time one is recorded, and the other one learns it.
func TestAnswersMeet(t *testing.T) {
	for _, other := range []string{yes, no} {
		inWait(t, func(t *testing.T, w *fixture, id string) {
			w.complete = func(_ context.Context, _ *run, a answer) (async.Outcome, error) {
				w.complete = func(_ context.Context, _ *run, a answer) (async.Outcome, error) {
					if a.OK {
						return async.Continue, nil
					}
					return async.Continue, errRefused
				}
				if err := w.Complete(t.Context(), w.secrets[0], []byte(other)); err != nil {
					t.Errorf("the quicker answer: %v", err)
				}
				return "Disapproved", nil
			}
			if err := w.Complete(t.Context(), w.secrets[0], []byte(`{"ok":false,"other":1}`)); code(err) != api.CodeGone {
				t.Errorf("the slower answer: %v", err)
			}
			if r := w.record(t, id); len(w.answers()) != 1 || r.CustomStatus == "Disapproved" {
				t.Errorf("answers %q, %+v", w.answers(), r)
			}
		})
	}
}

// A redriven wait is open again once it has begun again, and not for whoever
// answers before that.
func TestAnswerAfterARedrive(t *testing.T) {
	inWait(t, func(t *testing.T, w *fixture, id string) {
		w.complete = func(context.Context, *run, answer) (async.Outcome, error) { return async.Continue, errRefused }
		if err := w.Complete(t.Context(), w.secrets[0], []byte(no)); err != nil {
			t.Fatal(err)
		}
		if err := w.Reconcile(t.Context(), id, &async.Execution{Status: api.Running, Redrive: 1}); err != nil {
			t.Fatal(err)
		}
		w.complete = nil
		for _, body := range []string{yes, no} {
			if err := w.Complete(t.Context(), w.secrets[0], []byte(body)); code(err) != api.CodeGone {
				t.Errorf("%s before the stage begins again: %v", body, err)
			}
		}
		w.workflows.Wait(id, "again")
		if _, err := w.RunStage(t.Context(), "Approval", async.ActivityInput{ID: id, Redrive: 1, Token: "again"}); err != nil {
			t.Fatal(err)
		}
		if err := w.Complete(t.Context(), w.secrets[1], []byte(yes)); err != nil {
			t.Error(err)
		}
		if got := w.answers(); len(got) != 2 || !strings.HasPrefix(got[1], "again {") {
			t.Errorf("answers %q", got)
		}
	})
}

func TestCallbacksExpire(t *testing.T) {
	inWait(t, func(t *testing.T, w *fixture, id string) {
		time.Sleep(48*time.Hour + time.Second)
		if view, err := w.DescribeCallback(t.Context(), w.secrets[0]); err != nil || view.Open {
			t.Errorf("%+v, %v", view, err)
		}
		if err := w.Complete(t.Context(), w.secrets[0], []byte(yes)); code(err) != api.CodeGone {
			t.Error(err)
		}
		if err := w.Heartbeat(t.Context(), w.secrets[0]); code(err) != api.CodeGone {
			t.Error(err)
		}
	})
	inWait(t, func(t *testing.T, w *fixture, id string) {
		w.workflows.Set(id, async.Execution{Status: api.Failed}) // its task waits no more
		if err := w.Heartbeat(t.Context(), w.secrets[0]); code(err) != api.CodeGone {
			t.Error(err)
		}
		w.faults.Always("Workflows.Heartbeat", asynctest.Throttle)
		if err := w.Heartbeat(t.Context(), w.secrets[0]); code(err) != api.CodeThrottled {
			t.Error(err)
		}
	})
	withFixture(t, func(t *testing.T, w *fixture) {
		_, err := w.RunStage(t.Context(), "Approval", async.ActivityInput{ID: w.submitted(t), Token: "t"})
		if name(err) != async.Invalid {
			t.Errorf("without a base URL: %v", err)
		}
	}, func(_ *fixture, c *async.Config) { c.BaseURL = "" })
}
