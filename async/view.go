package async

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"example.org/asynchttpapi/api"
)

// View is all that a client gets to know of a submission.
type View struct {
	api.Submission
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
	}
	if r.Status == api.Failed && r.Error != nil {
		e := *r.Error
		s.Error = &e
	}
	return s
}

func (s *Service) view(r Record, waited time.Duration) View {
	v := View{Submission: Project(r), Waited: waited}
	v.ETag = etag(v.Submission)
	if !r.Status.Terminal() {
		v.RetryAfter = retryAfter(s.Work.Remaining(r.CustomStatus), s.Clock.Now().Sub(r.Updated))
	}
	return v
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

// Bounds of Retry-After: azcore and azure-core take 0 for 30 seconds, and the
// Azure sample's 20 seconds are the most that a person should wait.
const (
	minRetry = time.Second
	maxRetry = 20 * time.Second
)

// retryAfter is when a stage that was expected to take that long, and began so
// long ago, should be asked about: when it is due, and once it is overdue, in
// as long again as it is late, so that a stuck one is not asked every second.
func retryAfter(expected, elapsed time.Duration) time.Duration {
	due := expected - elapsed
	if due < 0 {
		due = -due
	}
	return wholeRetry(due)
}

// wholeRetry rounds up to whole seconds within the bounds.
func wholeRetry(d time.Duration) time.Duration {
	whole := (d + time.Second - 1).Truncate(time.Second)
	return min(max(whole, minRetry), maxRetry)
}
