package async

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.org/asynchttpapi/api"
)

// Config is what a Service needs. Fields without a word about their zero value
// must be set.
type Config struct {
	// Job is not needed by Status and Reconcile, nor by Cancel unless the job
	// compensates: without one they use neutral messages.
	Job   Definition
	Store Store
	// Workflows is not needed by RecordFailure and RunCompensation, nor by
	// RunStage for a stage that does not wait. Status does not look for ends
	// that were not recorded if nil.
	Workflows Workflows
	// Results keeps large results; none can be written if nil.
	Results Results
	// Completions lists submissions by their ends: the Store itself, where it
	// can. None are listed, and nothing is kept for it, if nil.
	Completions Completions
	// BaseURL is what the URLs of callbacks begin with, such as
	// https://api.example.org. It is needed where a stage waits.
	BaseURL string
	// Retention is how long a submission can be read after it was accepted; it
	// exceeds the job's Lifetime. It is needed by Submit.
	Retention time.Duration
	// KeyRetention is how long an Idempotency-Key is remembered: 24 hours, or
	// Retention if that is shorter, if 0.
	KeyRetention time.Duration
	// Cancelable lets whoever submits cancel: the response to the submit has a
	// CancelSecret.
	Cancelable bool
	// MaxWait is the longest wait granted to a request; 0 grants none.
	MaxWait time.Duration
	// MaxWaits bounds how many requests wait at the same time. A wait is a wish
	// (RFC 7240, section 2): further ones get none and are answered at once, so
	// that waiting readers leave room for others. There is no bound if 0.
	MaxWaits int
	// WaitInterval is the longest pause between two reads of a record that a
	// request waits for; 1 second if 0. On AWS each read is billed.
	WaitInterval time.Duration
	// CallTimeout bounds each call of a port; 5 seconds if 0.
	CallTimeout time.Duration
	// UndoTimeout bounds each call that takes back a half-made acceptance;
	// CallTimeout, but at most 1 second, if 0.
	UndoTimeout time.Duration
	// Lease is how long a request may be at work on an acceptance before
	// another one with the same key takes it over; 30 seconds if 0. It exceeds
	// the sum of all calls of an acceptance, or two requests would meet in one.
	Lease time.Duration
	// Observer is called for what happens to submissions; nothing is if nil.
	Observer Observer
}

// Service is the pattern. It is safe for concurrent use.
type Service struct {
	Config
	messages Messages
	job      Description
	running  running
	pacer    pacer
	throttle throttle
	// waits has an entry for each request that waits, nil without a bound.
	waits chan struct{}
}

// New returns an error that names every mistake in c, those of the job among
// them.
func New(c Config) (*Service, error) {
	s := &Service{messages: Messages{}.orDefault()}
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("async: "+format, args...)) }
	if c.Store == nil {
		bad("Store must be set")
	}
	c.CallTimeout = cmp.Or(c.CallTimeout, 5*time.Second)
	c.UndoTimeout = cmp.Or(c.UndoTimeout, min(time.Second, c.CallTimeout))
	c.Lease = cmp.Or(c.Lease, 30*time.Second)
	c.WaitInterval = cmp.Or(c.WaitInterval, time.Second)
	c.KeyRetention = cmp.Or(c.KeyRetention, min(24*time.Hour, c.Retention))
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	for name, d := range map[string]time.Duration{
		"Retention": c.Retention, "KeyRetention": c.KeyRetention, "MaxWait": c.MaxWait, "WaitInterval": c.WaitInterval,
		"CallTimeout": c.CallTimeout, "UndoTimeout": c.UndoTimeout, "Lease": c.Lease,
	} {
		if d < 0 {
			bad("%s is %v: it must not be negative", name, d)
		}
	}
	if c.MaxWaits < 0 {
		bad("MaxWaits is %d: it must not be negative", c.MaxWaits)
	}
	if c.Lease <= 4*c.CallTimeout+2*c.UndoTimeout {
		bad("Lease must exceed four CallTimeouts and two UndoTimeouts")
	}
	if c.Job != nil {
		if err := c.Job.Check(); err != nil {
			errs = append(errs, err)
		}
		s.job = c.Job.Describe()
		s.messages = s.job.Messages
		if lifetime := s.job.Lifetime(); c.Retention != 0 && c.Retention < lifetime {
			bad("Retention is %v: it must be at least the job's lifetime, %v", c.Retention, lifetime)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	s.Config = c
	if c.MaxWaits > 0 {
		s.waits = make(chan struct{}, c.MaxWaits)
	}
	return s, nil
}

// RequestError is the error that a Service returns for requests: Code and Detail
// are for the client, Op and Cause for the operator.
type RequestError struct {
	// Code is one of the codes of package api.
	Code string
	// Detail is one sentence without anything personal.
	Detail string
	// Fields are set with api.CodeInvalidSubmission.
	Fields []api.FieldError
	// RetryAfter is set where repeating the request may help.
	RetryAfter time.Duration
	// Op is the call that failed, such as Store.Create, if one did.
	Op string
	// Cause may name resources of the account: it is neither shown nor logged
	// as text, see Reason.
	Cause error
}

func (e *RequestError) Error() string {
	if e.Op == "" {
		return e.Code
	}
	return e.Code + ": " + e.Op + ": " + Reason(e.Cause)
}

// Unwrap returns the cause.
func (e *RequestError) Unwrap() error { return e.Cause }

// Reason names an error in a word that may be logged. Messages of services
// carry ARNs; what an adapter wants to be seen it gives an ErrorCode method,
// as the AWS SDK's errors have.
func Reason(err error) string {
	var coded interface{ ErrorCode() string }
	switch {
	case err == nil:
		return "none"
	case errors.As(err, &coded):
		return coded.ErrorCode()
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "canceled"
	}
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return fmt.Sprintf("%T", err)
}

// unavailableRetry is how soon a client may try again when a dependency failed.
const unavailableRetry = 2 * time.Second

// dependencyError classifies an error of a port.
func (s *Service) dependencyError(op string, err error) *RequestError {
	e := &RequestError{Op: op, Cause: err}
	switch {
	case errors.Is(err, ErrInvalid):
		e.Code, e.Detail = api.CodeInternal, "The request could not be handled."
	case throttled(err):
		e.Code, e.Detail, e.RetryAfter = api.CodeThrottled, "Too many requests at the moment.", s.throttledRetry()
	default:
		e.Code, e.RetryAfter = api.CodeUnavailable, unavailableRetry
		e.Detail = "The service cannot answer at the moment. Repeating the request is safe if it carries the same Idempotency-Key."
	}
	return e
}

func throttled(err error) bool {
	var says interface{ Throttled() bool }
	return errors.Is(err, ErrThrottled) || errors.As(err, &says) && says.Throttled()
}

func notFound() *RequestError {
	return &RequestError{Code: api.CodeNotFound, Detail: "There is no submission with this id."}
}

func gone() *RequestError {
	return &RequestError{Code: api.CodeGone, Detail: "The submission is past its retention and is no longer available."}
}

func (s *Service) get(ctx context.Context, id string) (Record, error) {
	return call(ctx, s.CallTimeout, func(ctx context.Context) (Record, error) { return s.Store.Get(ctx, id) })
}

func (s *Service) advance(ctx context.Context, id string, c Change) (Record, error) {
	return call(ctx, s.CallTimeout, func(ctx context.Context) (Record, error) { return s.Store.Advance(ctx, id, c) })
}

// idLength is that of crypto/rand.Text: 26 characters of base32 carry 130 bits,
// and idAlphabet is its alphabet in lower case.
const (
	idLength   = 26
	idAlphabet = "abcdefghijklmnopqrstuvwxyz234567"
)

var lowerBase32 = base32.NewEncoding(idAlphabet).WithPadding(base32.NoPadding)

// NewSecret returns a secret with 130 random bits. It is safe in a URL, as an
// execution's name and on a command line.
func NewSecret() string { return strings.ToLower(rand.Text()) }

// IDOf returns the id of the submission that a cancellation secret belongs to: a
// hash, so that the secret gives the id and the id does not give the secret.
func IDOf(cancelSecret string) string {
	sum := sha256.Sum256([]byte("cancel\x00" + cancelSecret))
	return lowerBase32.EncodeToString(sum[:])[:idLength]
}

// ValidID reports whether an id or secret may be one of ours, so that nonsense
// is answered without asking a Store.
func ValidID(id string) bool {
	return len(id) == idLength && strings.Trim(id, idAlphabet) == ""
}

// LogID returns what stands for a submission's id in logs: the first 12
// hexadecimal digits of its SHA-256, "" for "". The id itself is a capability.
//
//	printf %s "$ID" | sha256sum | cut -c1-12
func LogID(id string) string {
	if id == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:6])
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
