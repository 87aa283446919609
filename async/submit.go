package async

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"example.org/asynchttpapi/api"
)

// Submission is a request to accept work.
type Submission struct {
	// Body is valid JSON without duplicate names.
	Body []byte
	// Key is the client's Idempotency-Key, "" for none.
	Key string
	// Scope is who the caller is, where that is known: keys of one caller mean
	// nothing to another.
	Scope string
	// Wait is how long the client wants to wait for the end.
	Wait time.Duration
}

// Submit accepts work: when it returns a View, the record exists, its
// execution is started, and both survive a crash. When it returns a *Failure
// nothing is accepted, or repeating the request with the same key completes
// what is.
func (s *Service) Submit(ctx context.Context, in Submission) (View, error) {
	payload, problems := s.Work.Accept(in.Body)
	if len(problems) > 0 {
		return View{}, &Failure{
			Code:   api.CodeInvalidSubmission,
			Detail: "The submission is not valid; errors lists every offending field.",
			Fields: problems,
		}
	}
	r, err := s.submit(ctx, in, payload)
	if err != nil {
		return View{}, err
	}
	return s.answer(ctx, r, in.Wait)
}

// submit returns the record that answers the request: a new one, or, for a
// repeated request, that of the first.
func (s *Service) submit(ctx context.Context, in Submission, payload json.RawMessage) (Record, error) {
	r := s.received(payload)
	if in.Key == "" {
		return s.accept(ctx, r, Reservation{})
	}
	return s.submitOnce(ctx, r, s.reservation(in, r))
}

// received is the record of new work.
func (s *Service) received(payload json.RawMessage) Record {
	now := s.Clock.Now().UTC()
	words := s.Work.Words(Received, State{})
	return Record{
		ID:       s.NewID(),
		State:    State{Status: api.NotStarted, CustomStatus: words.CustomStatus, Message: words.Message},
		Payload:  payload,
		Created:  now,
		Updated:  now,
		Deadline: now.Add(s.Lifetime),
		Expires:  now.Add(s.Retention),
	}
}

func fingerprint(payload []byte) string { return hash(string(payload)) }

// hash is SHA-256 in 43 characters, as a Store's names may be long.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
