package asynctest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// Submission is a submission in a test. Its fields are set when Run returns; its
// methods are for the steps of Run, except Record and Open.
type Submission[Result any] struct {
	// ID is the submission's, and set in steps already.
	ID     string
	Status api.Status
	// Outcome is the customStatus at the end, Error that of a Failed one.
	Outcome async.Outcome
	Error   *api.Error
	// Result is the inline result, zero where there is none. See Open for one
	// that was written with ResultWriter.
	Result Result
	// Seen are the customStatus words that a client could have seen, in order.
	Seen []string
	// Took is the time from acceptance to the end.
	Took time.Duration
	// Compensated reports whether Job.Compensate ran and returned nil.
	Compensated bool

	t      *testing.T
	w      *harness
	secret string
}

// Run submits an input to a job and waits for its end, in memory and in virtual
// time, in a synctest bubble of its own. Its stages are repeated, caught, waited
// for and canceled as the job's generated state machine does it.
//
// steps run one after another once the submission is accepted: they answer
// callbacks, cancel, or look at the record. What is still at work after the last
// step runs to its end: a wait that nothing answers runs out.
//
// Run fails the test if the input is not valid, and if the submission reached
// Job.Done without a result although the job's Result is not async.None.
func Run[In, Result any](t *testing.T, job async.Job[In, Result], input In, steps ...func(*Submission[Result])) *Submission[Result] {
	t.Helper()
	var out *Submission[Result]
	synctest.Test(t, func(t *testing.T) {
		w := newHarness(t, job)
		body, err := json.Marshal(input)
		if err != nil {
			t.Fatalf("asynctest: encode the input: %v", err)
		}
		view, err := w.service.Submit(t.Context(), async.Submission{Body: body})
		if err != nil {
			t.Fatalf("asynctest: submit: %v%s", err, fieldsOf(err))
		}
		out = &Submission[Result]{ID: view.ID, t: t, w: w, secret: view.CancelSecret}
		for _, step := range steps {
			synctest.Wait()
			step(out)
		}
		w.executions.Wait()
		out.end(job.Describe())
	})
	return out
}

// end takes over what is stored at the end.
func (s *Submission[Result]) end(d async.Description) {
	r := s.Record()
	s.Status, s.Outcome, s.Error = r.Status, async.Outcome(r.CustomStatus), r.Error
	s.Took = r.Updated.Sub(r.Created)
	s.Seen, s.Compensated = s.w.seenBy(s.ID)
	if r.Result != nil {
		if err := json.Unmarshal(r.Result, &s.Result); err != nil {
			s.t.Errorf("asynctest: decode the result: %v", err)
		}
	}
	if _, none := any(s.Result).(async.None); none {
		return
	}
	if r.Status == api.Succeeded && s.Outcome == d.Done.Outcome && r.Result == nil && r.Large == nil {
		s.t.Errorf("asynctest: the submission reached %s without a result: a stage has to call SetResult or commit a ResultWriter", s.Outcome)
	}
}

// Submit submits a body to a job and returns what the job says to it: nil, or a
// *async.RequestError. No stage runs.
func Submit[In, Result any](t *testing.T, job async.Job[In, Result], body string) (err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newHarness(t, job)
		w.dry = true
		_, err = w.service.Submit(t.Context(), async.Submission{Body: []byte(body)})
	})
	return err
}

// Record returns what is stored now.
func (s *Submission[Result]) Record() async.Record {
	s.t.Helper()
	r, err := s.w.store.Get(context.Background(), s.ID)
	if err != nil {
		s.t.Fatalf("asynctest: read the record: %v", err)
	}
	return r
}

// Open opens the result that a stage wrote with ResultWriter. It fails the test
// where there is none.
func (s *Submission[Result]) Open() (async.ResultInfo, io.ReadSeekCloser) {
	s.t.Helper()
	r := s.Record()
	if r.Large == nil {
		s.t.Fatalf("asynctest: the submission has no large result")
	}
	f, err := s.w.results.Open(context.Background(), r.Large.Key)
	if err != nil {
		s.t.Fatalf("asynctest: open the result: %v", err)
	}
	return *r.Large, f
}

// Sleep lets time pass, and everything happen that happens meanwhile. After it a
// step may read what stages have written: time.Sleep alone does not order the two.
func (s *Submission[Result]) Sleep(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// Answer answers a callback that a stage's start was given, as a client does
// over HTTP. The error is a *async.RequestError.
func (s *Submission[Result]) Answer(back async.Callback, answer any) error {
	s.t.Helper()
	body, err := json.Marshal(answer)
	if err != nil {
		s.t.Fatalf("asynctest: encode the answer: %v", err)
	}
	err = s.w.service.Complete(s.t.Context(), secretOf(back), body)
	synctest.Wait()
	return err
}

// Heartbeat is a sign of life at a callback. The error is a *async.RequestError.
func (s *Submission[Result]) Heartbeat(back async.Callback) error {
	err := s.w.service.Heartbeat(s.t.Context(), secretOf(back))
	synctest.Wait()
	return err
}

// Cancel cancels the submission, as whoever submitted it can.
func (s *Submission[Result]) Cancel() {
	s.t.Helper()
	if _, err := s.w.service.Cancel(s.t.Context(), s.secret); err != nil {
		s.t.Errorf("asynctest: cancel: %v", err)
	}
	synctest.Wait()
}

// Redrive reopens the submission's execution, which has to have failed.
func (s *Submission[Result]) Redrive() {
	s.t.Helper()
	if err := s.w.redrive(s.ID); err != nil {
		s.t.Fatalf("asynctest: redrive: %v", err)
	}
	synctest.Wait()
}

func secretOf(back async.Callback) string { return back.URL[strings.LastIndex(back.URL, "/")+1:] }

func fieldsOf(err error) string {
	var refused *async.RequestError
	if !errors.As(err, &refused) || len(refused.Fields) == 0 {
		return ""
	}
	return fmt.Sprintf(": %+v", refused.Fields)
}
