package async

import (
	"context"
	"errors"
	"time"
)

// Config is what a Service needs. Fields without a word about their zero value
// must be set.
type Config struct {
	Store     Store
	Workflows Workflows
	Work      Work
	// Report is told what happens to submissions; nobody is if nil.
	Report Report
	// Clock is SystemClock if nil.
	Clock Clock
	// NewID makes ids that ValidID accepts; the package's NewID if nil.
	NewID func() string

	// Lifetime is how long an execution may take at most, its timeout and some
	// slack: a record older than that and not terminal is asked about.
	Lifetime time.Duration
	// Retention is how long a submission can be read after it was accepted.
	Retention time.Duration
	// KeyRetention is how long an Idempotency-Key is remembered: 24 hours, or
	// Retention if that is shorter, if 0.
	KeyRetention time.Duration
	// MaxWait is the longest wait granted to a request; 0 grants none.
	MaxWait time.Duration
	// WaitInterval is the longest pause between two reads of a record that a
	// request waits for; 1 second if 0. On AWS each read is billed.
	WaitInterval time.Duration

	// CallTimeout bounds each call of a port; 5 seconds if 0.
	CallTimeout time.Duration
	// WithTimeout bounds a call; context.WithTimeout if nil. Tests let calls run
	// out of time when they like.
	WithTimeout WithTimeout
	// UndoTimeout bounds each call that takes back a half-made acceptance;
	// CallTimeout, but at most 1 second, if 0.
	UndoTimeout time.Duration
	// Lease is how long a request may be at work on an acceptance before
	// another one with the same key takes it over; 30 seconds if 0. It exceeds
	// the sum of all calls of an acceptance, or two requests would meet in one.
	Lease time.Duration
}

// Service is the pattern: Submit, Status and Reconcile. It is safe for
// concurrent use.
type Service struct{ Config }

// New checks c and fills in its defaults.
func New(c Config) (*Service, error) {
	if c.Store == nil || c.Workflows == nil || c.Work == nil {
		return nil, errors.New("async: Store, Workflows and Work must be set")
	}
	if c.Lifetime <= 0 || c.Retention <= 0 {
		return nil, errors.New("async: Lifetime and Retention must be positive")
	}
	if c.MaxWait < 0 {
		return nil, errors.New("async: MaxWait must not be negative")
	}
	c.setDefaults()
	if c.Lease <= 4*c.CallTimeout+2*c.UndoTimeout {
		return nil, errors.New("async: Lease must exceed four CallTimeouts and two UndoTimeouts")
	}
	return &Service{c}, nil
}

func (c *Config) setDefaults() {
	if c.Clock == nil {
		c.Clock = SystemClock{}
	}
	if c.NewID == nil {
		c.NewID = NewID
	}
	if c.WithTimeout == nil {
		c.WithTimeout = context.WithTimeout
	}
	setDefault(&c.KeyRetention, min(24*time.Hour, c.Retention))
	setDefault(&c.CallTimeout, 5*time.Second)
	setDefault(&c.WaitInterval, time.Second)
	setDefault(&c.UndoTimeout, min(time.Second, c.CallTimeout))
	setDefault(&c.Lease, 30*time.Second)
}

func setDefault(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}
