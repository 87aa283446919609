// Package engine runs state machines durably on one machine. Everything that
// happens to an execution is an input of its run (package interp); the engine
// writes each input to the journal before anything follows from it, and
// after a restart replays the inputs and goes on with what was outstanding.
//
// Functions run at least once. An execution has exactly one end.
package engine

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Config is what an Engine needs.
type Config struct {
	// Journal and Invoker must be set.
	Journal Journal
	Invoker Invoker
	// Progress finds the execution that the program dies with; nil is none.
	Progress Progress
	// Clock is SystemClock{} where nil, Log discards where nil. Log lines
	// carry no inputs, outputs, tokens or names of executions, which may be
	// secrets of their callers: an execution is its number in the Journal.
	Clock Clock
	Log   *slog.Logger
	// Region and Account stand in the ARNs; DefaultRegion and DefaultAccount where empty.
	Region, Account string
	// Retention is how long a closed execution is kept and its name taken; 90 days where 0.
	Retention time.Duration
	// MaxInvocations bounds how many functions run at a time, the others wait
	// in line; 1,000 where 0, Lambda's own default. One function gets at most
	// half of what others leave of them.
	MaxInvocations int
	// MaxOpen bounds how many executions are open at a time; 1,000,000 where 0,
	// the service's quota.
	MaxOpen int
	// Integrations answers tasks in place of what they call.
	Integrations Integrations
	// TimeScale is what the pauses of Wait states and retries are multiplied by,
	// 1 where 0. Timeouts and heartbeats keep their length.
	TimeScale float64
	// Observe, if set, gets what happens to executions, with their names: for a
	// developer's own log. It is called by many goroutines and must not block.
	// With ObserveEvents it gets every event of their histories, too, once each.
	Observe       func(Observation)
	ObserveEvents bool
	// Ended, if set, is called for the end of each execution of a Standard machine,
	// at least once, after it is on disk, from a goroutine of the engine. An
	// error makes the engine call it again after the next Start.
	Ended func(ctx context.Context, x Execution) error
	// EndedOf are the statuses whose ends Ended is called for; all where empty.
	// An end that it is not called for costs no write of the journal to say so.
	EndedOf []Status
}

// announces reports whether Ended is called for an end with this status.
func (c Config) announces(s Status) bool {
	return c.Ended != nil && (len(c.EndedOf) == 0 || slices.Contains(c.EndedOf, s))
}

// The region and account of ARNs where none are given.
const (
	DefaultRegion  = "us-east-1"
	DefaultAccount = "123456789012"
)

func (c Config) withDefaults() Config {
	if c.Clock == nil {
		c.Clock = SystemClock{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Progress == nil {
		c.Progress = noProgress{}
	}
	if c.Region == "" {
		c.Region = DefaultRegion
	}
	if c.Account == "" {
		c.Account = DefaultAccount
	}
	if c.Retention == 0 {
		c.Retention = 90 * 24 * time.Hour
	}
	if c.MaxInvocations == 0 {
		c.MaxInvocations = 1000
	}
	if c.TimeScale == 0 {
		c.TimeScale = 1
	}
	if c.MaxOpen == 0 {
		c.MaxOpen = 1_000_000
	}
	return c
}

// ErrClosed is returned by methods after Close and before Start.
var ErrClosed = errors.New("the engine is not running")

// Engine runs executions. Its methods are safe for use by many goroutines.
type Engine struct {
	cfg      Config
	arns     arns
	registry *registry
	timers   *timers
	gate     gate
	// functions runs Invoker's calls, wakers everything else that waits for the journal.
	functions  *calls
	limit      *callLimit
	background *pool
	// invoking is the context of every invocation; stop ends it.
	invoking context.Context
	stop     context.CancelFunc

	lastID atomic.Int64
	// mu guards live and names, which have all executions that have not ended,
	// and starting, which has the ids of those that are being written, each with what is
	// closed after that where a stop waits for it.
	mu       sync.Mutex
	live     map[int64]*execution
	names    map[fullName]*execution
	starting map[int64]chan struct{}
	// redriving is held while a closed execution is opened again; it guards redriven.
	redriving sync.Mutex
	redriven  redriveTokens
	// sweeping guards stopSweep, which cancels the next sweep, and swept, which
	// is set once there is to be none any more.
	sweeping  sync.Mutex
	stopSweep func()
	swept     bool
	// resetCrashes cancels the call of survived; nil where there is none.
	resetCrashes func()
}

// maxBackground is how many timers, nested results and the like go to the journal
// at a time: enough to fill a group commit.
const maxBackground = 512

// New makes an engine. It does nothing until Start.
func New(cfg Config) *Engine {
	cfg = cfg.withDefaults()
	a := newARNs(cfg.Region, cfg.Account)
	e := &Engine{cfg: cfg, arns: a, registry: newRegistry(cfg.Journal, a), live: map[int64]*execution{}, names: map[fullName]*execution{}, starting: map[int64]chan struct{}{}, redriven: redriveTokens{}}
	e.invoking, e.stop = context.WithCancel(context.Background())
	e.functions = &calls{gate: &e.gate, max: cfg.MaxInvocations}
	e.background = &pool{gate: &e.gate, max: maxBackground}
	e.limit = &callLimit{clock: cfg.Clock}
	e.timers = &timers{clock: cfg.Clock, fire: e.fire}
	return e
}

// Start reads the journal, replays every open execution and goes on with it.
// It returns when all of them are under way again; ctx bounds the reading. The
// other methods may be called once it has returned nil.
func (e *Engine) Start(ctx context.Context) error {
	if err := e.registry.load(ctx); err != nil {
		return err
	}
	last, err := e.cfg.Journal.LastID(ctx)
	if err != nil {
		return err
	}
	e.lastID.Store(max(last, e.registry.after()))
	e.gate.open()
	if err := e.recover(ctx); err != nil {
		return err
	}
	e.sweepLater(0)
	if _, none := e.cfg.Progress.(noProgress); !none {
		e.resetCrashes = e.cfg.Clock.AfterFunc(survival, e.survived)
	}
	return nil
}

// Close lets the functions that run finish and writes down what they answer,
// starts nothing new, and returns when no work is in progress any more. When ctx
// ends first, the functions' contexts are canceled and their answers
// forgotten. What is left resumes at the next Start. Close is called once.
func (e *Engine) Close(ctx context.Context) error {
	e.timers.close()
	e.sweepNoMore()
	if e.resetCrashes != nil {
		e.resetCrashes()
	}
	e.functions.close()
	defer e.background.close()
	defer e.limit.close()
	defer e.stop()
	idle := e.gate.close()
	select {
	case <-idle:
		e.survived()
		return nil
	case <-ctx.Done():
		e.stop()
		<-idle
		return ctx.Err()
	}
}

// Idle reports whether no work is in progress: no call, no function, no write. Only
// timers and callers can then move anything.
func (e *Engine) Idle() bool { return e.gate.idle() }

// Sleeping reports whether the engine is idle and some execution waits for time
// to pass.
func (e *Engine) Sleeping() bool { return e.timers.pending() && e.gate.idle() }

// now has the millisecond's precision that the service's timestamps have.
func (e *Engine) now() time.Time { return e.cfg.Clock.Now().UTC().Truncate(time.Millisecond) }

// gate counts the work in progress, so that Close can wait for it.
type gate struct {
	mu     sync.Mutex
	opened bool
	inHand int
	// empty is made by close, and closed when no work is in progress.
	empty chan struct{}
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.opened = true
}

// enter counts a caller's request, or rejects it.
func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.opened {
		return ErrClosed
	}
	g.inHand++
	return nil
}

// hold counts work that follows from work that is in progress already.
func (g *gate) hold() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inHand++
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inHand--
	g.settle()
}

// close rejects callers from now on, and returns a channel that is closed when
// no work is in progress.
func (g *gate) close() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.opened = false
	g.empty = make(chan struct{})
	idle := g.empty
	g.settle()
	return idle
}

func (g *gate) settle() {
	if g.inHand == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

func (g *gate) idle() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inHand == 0
}

// Clock is the engine's only source of time, so that a test can make a year
// pass in a moment.
type Clock interface {
	Now() time.Time
	// AfterFunc calls f in a goroutine of its own once d has passed (at once if
	// it is not positive), unless stop is called before.
	AfterFunc(d time.Duration, f func()) (stop func())
}

// SystemClock is the machine's clock.
type SystemClock struct{}

// Now returns the time.
func (SystemClock) Now() time.Time { return time.Now() }

// AfterFunc is time.AfterFunc, but it looks at the clock on the wall every
// minute: a machine that was suspended is not late by as long as it slept, and
// one whose clock is set back not by the difference.
func (c SystemClock) AfterFunc(d time.Duration, f func()) func() {
	now := c.Now()
	a := &alarm{at: now.Round(0).Add(d), elapsed: now.Add(d), f: f}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.timer = time.AfterFunc(min(d, alarmStep), a.look)
	return a.stop
}

const alarmStep = time.Minute

// alarm waits, step by step, for a time of day or for that much time to pass,
// whatever is first.
type alarm struct {
	at      time.Time // of day
	elapsed time.Time // by the monotonic clock
	f       func()
	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

func (a *alarm) look() {
	if a.due() {
		a.f()
	}
}

// due reports whether the time has come, and otherwise takes the next step.
func (a *alarm) due() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stopped {
		return false
	}
	left := min(time.Until(a.at), time.Until(a.elapsed))
	if left > 0 {
		a.timer.Reset(min(left, alarmStep))
	}
	return left <= 0
}

func (a *alarm) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = true
	a.timer.Stop()
}

func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	return formatUUID(b)
}

// newName returns a name for an execution that was given none: a UUID of version 7,
// which begins with the time. Names that come in their order fill the pages
// of an index one after the other, and each random one would write a page of its own.
// https://www.rfc-editor.org/rfc/rfc9562#section-5.7
func newName(now time.Time) string {
	var b [16]byte
	rand.Read(b[6:])
	ms := uint64(now.UnixMilli())
	binary.BigEndian.PutUint16(b[:], uint16(ms>>32))
	binary.BigEndian.PutUint32(b[2:], uint32(ms))
	return uuidText(b, 7)
}

// formatUUID writes random bytes as a version 4 UUID (RFC 9562).
func formatUUID(b [16]byte) string { return uuidText(b, 4) }

func uuidText(b [16]byte, version byte) string {
	b[6] = b[6]&0x0f | version<<4
	b[8] = b[8]&0x3f | 0x80
	text, begin := make([]byte, 0, 36), 0
	for i, end := range []int{4, 6, 8, 10, 16} {
		if i > 0 {
			text = append(text, '-')
		}
		text = hex.AppendEncode(text, b[begin:end])
		begin = end
	}
	return string(text)
}

// Code is the name the service gives an error of its API,
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html.
type Code string

// The codes that the engine's methods return.
const (
	ConflictException             Code = "ConflictException"
	ExecutionAlreadyExists        Code = "ExecutionAlreadyExists"
	ExecutionDoesNotExist         Code = "ExecutionDoesNotExist"
	ExecutionLimitExceeded        Code = "ExecutionLimitExceeded"
	ExecutionNotRedrivable        Code = "ExecutionNotRedrivable"
	InvalidARN                    Code = "InvalidArn"
	InvalidDefinition             Code = "InvalidDefinition"
	InvalidExecutionInput         Code = "InvalidExecutionInput"
	InvalidName                   Code = "InvalidName"
	InvalidOutput                 Code = "InvalidOutput"
	InvalidToken                  Code = "InvalidToken"
	MissingRequiredParameter      Code = "MissingRequiredParameter"
	ResourceNotFound              Code = "ResourceNotFound"
	ServiceQuotaExceededException Code = "ServiceQuotaExceededException"
	StateMachineAlreadyExists     Code = "StateMachineAlreadyExists"
	StateMachineDeleting          Code = "StateMachineDeleting"
	StateMachineDoesNotExist      Code = "StateMachineDoesNotExist"
	StateMachineTypeNotSupported  Code = "StateMachineTypeNotSupported"
	TaskDoesNotExist              Code = "TaskDoesNotExist"
	TaskTimedOut                  Code = "TaskTimedOut"
	TooManyTags                   Code = "TooManyTags"
	ValidationException           Code = "ValidationException"
)

// Error is the service's answer to a request that it rejects. Any other error of a method
// means that the journal failed or that the engine is closed.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Is makes errors.Is(err, &Error{Code: c}) true for every message.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Message == "" || t.Message == e.Message)
}

func errorf(code Code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// errWrongType rejects what only machines of the other type can do.
var errWrongType = errorf(StateMachineTypeNotSupported, "This operation is not supported by this type of state machine")
