package interp

import (
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// Run is one execution of a state machine. It is not safe for use by several
// goroutines at once; two Runs are independent of each other.
type Run struct {
	machine *asl.Machine
	info    Info
	sink    func(Event)

	now       time.Time // of the input being applied
	startedAt time.Time
	input     data
	redrives  int

	log     *log
	root    *scope
	pending map[uint64]*waiting
	lastRef uint64
	// ready are the scopes that can enter their next state, first come first served.
	ready []*scope
	// unfilled are the scopes whose Map state may start more child executions
	// once those that it has started have gone as far as they come at once.
	unfilled []*scope
	effects  Effects
	// overflowing are child executions whose histories have become too long.
	overflowing []*scope
	outcome     *Outcome
	// deadline is the ref of the timer for the machine's TimeoutSeconds.
	deadline uint64
	// trial is set for a state that is tried by itself; given then may replace
	// the context object.
	trial *Trial
	given *value.Object
	// mapRuns are told by MapRuns.
	mapRuns []*mapRun
	// drawn counts the random values used, so that a replay draws the same.
	drawn uint64
	// taskBytes is what the parameters made for the tasks that are waited for take.
	taskBytes int
}

// Option changes how a Run works.
type Option func(*Run)

// WithHistory has every event of the execution's history handed to sink, in
// order. Without it events are only counted.
func WithHistory(sink func(Event)) Option { return func(r *Run) { r.sink = sink } }

// New makes a run of m that has not been started: its first Input is Started.
// The machine has to be one that parsed and validated without problems.
func New(m *asl.Machine, info Info, options ...Option) *Run {
	r := &Run{machine: m, info: info, pending: map[uint64]*waiting{}}
	for _, option := range options {
		option(r)
	}
	r.log = &log{sink: r.sink}
	return r
}

// Outcome tells how the run ended, nil while it runs.
func (r *Run) Outcome() *Outcome { return r.outcome }

// Events is the number of events in the history so far.
func (r *Run) Events() int64 { return r.log.last }
