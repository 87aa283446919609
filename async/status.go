package async

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"example.org/asynchttpapi/api"
)

// View is all that a client gets to know of a submission.
type View struct {
	// Submission has no URLs: who answers a request adds them.
	api.Submission
	// HasResult reports whether the result is to be read at the result's URL.
	HasResult bool
	// CancelSecret is set by Submit where the caller may cancel.
	CancelSecret string
	// ETag is a strong validator of Submission, quotes included.
	ETag string
	// RetryAfter is when to ask again, in whole seconds of 1 or more; 0 when
	// the status is terminal.
	RetryAfter time.Duration
	// Waited is the wait that was granted to the request.
	Waited time.Duration
}

// Project reduces a record to what may be published.
func Project(r Record) api.Submission {
	s := api.Submission{
		ID:              r.ID,
		Status:          r.Status,
		CustomStatus:    r.CustomStatus,
		Message:         r.Message,
		CreatedTime:     r.Created.UTC().Truncate(time.Millisecond),
		LastUpdatedTime: r.Updated.UTC().Truncate(time.Millisecond),
		PercentComplete: r.Percent,
	}
	switch {
	case r.Status == api.Failed && r.Error != nil:
		e := *r.Error
		s.Error = &e
	case r.Status == api.Succeeded:
		s.PercentComplete, s.Result = 100, r.Result
	}
	return s
}

func (s *Service) viewOf(ctx context.Context, r Record, waited time.Duration) View {
	v := View{Submission: Project(r), Waited: waited, HasResult: hasResult(r)}
	v.ETag = etag(v.Submission)
	if !r.Status.Terminal() {
		v.RetryAfter = s.retryAfter(ctx, r, time.Now())
	}
	return v
}

// hasResult reports whether the record's result can be read.
func hasResult(r Record) bool {
	return r.Status == api.Succeeded && (r.Large != nil || r.Result != nil)
}

func etag(s api.Submission) string {
	text, err := json.Marshal(s)
	if err != nil {
		// Only a year beyond 9999 does that. Without a validator the client
		// gets the whole body, and the error there.
		return ""
	}
	sum := sha256.Sum256(text)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
}

// wholeSeconds rounds up to whole seconds within the bounds.
func wholeSeconds(d time.Duration) time.Duration {
	return min(max((d+time.Second-1).Truncate(time.Second), minRetry), maxRetry)
}

// Status answers a poll, after at most wait. It reads the record once, and asks
// Workflows only about one that is overdue. What is known is answered even if
// Workflows cannot be reached.
func (s *Service) Status(ctx context.Context, id string, wait time.Duration) (View, error) {
	r, err := s.find(ctx, id)
	if err != nil {
		return View{}, err
	}
	if !r.Status.Terminal() && time.Now().After(r.Deadline) && s.Workflows != nil {
		r = s.recheck(ctx, r)
	}
	view, err := s.answer(ctx, r, wait)
	if err == nil {
		s.polled(ctx, view)
	}
	return view, err
}

// recheck compares an overdue record with its execution. The deadline is moved
// first, so that of many readers one asks. What fails is tried again by the next
// reader after the new deadline.
func (s *Service) recheck(ctx context.Context, r Record) Record {
	moved, err := s.advance(ctx, r.ID, Change{Deadline: time.Now().UTC().Add(recheckInterval), Overdue: r.Deadline})
	if err != nil {
		if errors.Is(err, ErrStale) {
			return moved
		}
		return r
	}
	if now, err := s.reconcile(ctx, moved); err == nil {
		return now
	}
	return moved
}

// answer returns the view of a record after at most wait. What fails while it
// waits does not matter to a submission that is accepted and known.
func (s *Service) answer(ctx context.Context, r Record, wait time.Duration) (View, error) {
	if expired(r) {
		return View{}, gone()
	}
	granted, done := s.grant(wait)
	defer done()
	return s.viewOf(ctx, s.await(ctx, r, granted), granted), nil
}

// grant returns how much of a wait a request gets. The caller calls done when it
// waits no more.
func (s *Service) grant(wait time.Duration) (granted time.Duration, done func()) {
	none := func() {}
	granted = min(wait, s.MaxWait)
	if granted <= 0 {
		return 0, none
	}
	if s.waits == nil {
		return granted, none
	}
	select {
	case s.waits <- struct{}{}:
		return granted, func() { <-s.waits }
	default:
		return 0, none
	}
}

// find reads the record of an id that came from a client.
func (s *Service) find(ctx context.Context, id string) (Record, error) {
	if !ValidID(id) {
		return Record{}, notFound()
	}
	r, err := s.get(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return r, notFound()
	}
	if err != nil {
		return r, s.dependencyError("Store.Get", err)
	}
	return r, nil
}

func expired(r Record) bool { return !time.Now().Before(r.Expires) }

// firstPoll is when a waiting request reads its record for the first time: soon,
// for work that takes no time. The pauses grow up to WaitInterval.
const firstPoll = 100 * time.Millisecond

// await polls the Store until r is terminal, for at most limit, and returns
// the latest record it has seen. It ends early with ctx or with a failing
// Store: what is known is still an answer.
func (s *Service) await(ctx context.Context, r Record, limit time.Duration) Record {
	end := time.Now().Add(limit)
	for pause := min(firstPoll, s.WaitInterval); !r.Status.Terminal(); pause = min(pause*3/2, s.WaitInterval) {
		left := time.Until(end)
		if left <= 0 || Sleep(ctx, min(pause, left)) != nil {
			return r
		}
		next, err := s.get(ctx, r.ID)
		if err != nil {
			return r
		}
		r = next
	}
	return r
}

// ResultView is what a client reads at a result's URL.
type ResultView struct {
	// View is the submission's status.
	View View
	// Inline is a result in JSON; Large, if not nil, is one that is kept in
	// Results, and comes first.
	Inline json.RawMessage
	Large  *ResultInfo
	// URL, if not "", is where the client reads a large result.
	URL string
}

// Result finds the result of a submission. Before its end it returns what Status
// does, after at most wait. The error is a *RequestError, with api.CodeNotFound
// where the submission has ended without a result.
func (s *Service) Result(ctx context.Context, id string, wait time.Duration) (ResultView, error) {
	view, err := s.Status(ctx, id, wait)
	if err != nil || !view.Status.Terminal() {
		return ResultView{View: view}, err
	}
	r, err := s.find(ctx, id)
	if err != nil {
		return ResultView{}, err
	}
	v := ResultView{View: view, Inline: r.Result, Large: r.Large}
	switch {
	case !view.HasResult:
		return v, &RequestError{Code: api.CodeNotFound, Detail: "The submission has no result."}
	case r.Large != nil && s.Results == nil:
		return v, s.dependencyError("Results", errors.New("not configured"))
	case r.Large != nil:
		v.URL, err = call(ctx, s.CallTimeout, func(ctx context.Context) (string, error) { return s.Results.URL(ctx, r.Large.Key, *r.Large) })
		if err != nil {
			return v, s.dependencyError("Results.URL", err)
		}
	}
	return v, nil
}
