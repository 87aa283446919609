package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/integration"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// execution is an execution that has not ended.
//
// An input is applied to the run at once, in memory, under mu; its entry and
// effects are staged. One goroutine at a time takes all that is staged,
// appends it to the journal in one write, and only then acts on the effects,
// in order. So nothing visible follows from an input that is not
// on disk, and inputs that arrive during a write share the next one.
type execution struct {
	engine   *Engine
	machine  *machine
	revision *revision

	mu     sync.Mutex
	record Record // its Head is what the journal has
	// run is nil while the execution is evicted; the journal has what it takes to load it.
	run *interp.Run
	// seq counts the entries applied, staged ones included; last is the latest
	// time of any of them.
	seq        int
	last       time.Time
	staged     []staged
	spare      *[2]staged // memory for the next ones
	committing bool
	// ended is set once an input is applied that ends the run.
	ended bool
	// suspended is set once the journal turns out not to be repeatable.
	suspended error
	// setback is how long the last write that failed has put the execution off.
	setback time.Duration
	// testCase is the mock file's that the execution was started with, known
	// once there is a run.
	testCase string
	waits    map[uint64]*wait
	// events are those of the input that is applied at the moment, where
	// Config.ObserveEvents asks for them.
	events    []interp.Event
	replaying bool
	// onEnd are called once the end is on disk, or will never be.
	onEnd []func(Record)
}

// wait is what the engine does about a ref that the run waits for.
type wait struct {
	timer *timer
	// cancel ends the context of the function that runs; nil where none does.
	cancel context.CancelCauseFunc
	// child is the id of the nested execution whose end the run waits for, or
	// 0; childJSON reports whether it wants the child's output as JSON.
	child     int64
	childJSON bool
}

// ephemeral reports whether the execution is of an Express machine: it has no journal.
func (x *execution) ephemeral() bool { return x.record.Express != "" }

func (e *Engine) newExecution(m *machine, r *revision, record Record) *execution {
	return &execution{engine: e, machine: m, revision: r, record: record}
}

// info returns what the run knows of the execution around it.
func (e *Engine) info(r Record, v *revision) interp.Info {
	return interp.Info{
		ExecutionARN:     e.arns.execution(r),
		ExecutionName:    r.Name,
		RoleARN:          v.RoleARN,
		StateMachineARN:  r.MachineARN,
		StateMachineName: machineName(r.MachineARN),
		VersionARN:       r.VersionARN,
		AliasARN:         r.AliasARN,
		Seed:             r.Seed,
	}
}

// fresh makes a run that nothing has happened to.
func (x *execution) fresh() *interp.Run {
	definition := x.revision.parsed
	if x.ephemeral() {
		definition = express(definition)
	}
	var options []interp.Option
	if x.engine.cfg.Integrations.Mocks != nil {
		options = append(options, interp.WithAttempts())
	}
	if x.engine.cfg.Observe != nil && x.engine.cfg.ObserveEvents {
		options = append(options, interp.WithHistory(x.keep))
	}
	return interp.New(definition, x.engine.info(x.record, x.revision), options...)
}

// load replays the journal into a run where there is none. The caller holds mu.
func (x *execution) load(ctx context.Context) error {
	if x.run != nil || x.suspended != nil {
		return x.suspended
	}
	run, seq, last, err := x.replay(ctx)
	if errors.Is(err, errCannotReplay) {
		x.seq, x.last = seq, last
		x.suspend(err)
	}
	if err != nil {
		return err
	}
	x.run, x.seq, x.last = run, seq, last
	return nil
}

func (x *execution) replay(ctx context.Context) (run *interp.Run, seq int, last time.Time, err error) {
	run = x.fresh()
	x.replaying = true
	defer func() { x.replaying = false }()
	seq, last, err = x.engine.replay(ctx, x.record.ID, run)
	// It is read without mu, and never another: a run that was evicted writes it no second time.
	if c := run.TestCase(); c != x.testCase {
		x.testCase = c
	}
	return run, seq, last, err
}

// keep notes an event for Config.Observe. Those of a replay were observed when
// they happened.
func (x *execution) keep(e interp.Event) {
	if !x.replaying {
		x.events = append(x.events, e)
	}
}

// replay applies what the journal has to a fresh run. seq is the number of
// entries in the case of errCannotReplay, too.
func (e *Engine) replay(ctx context.Context, id int64, run *interp.Run) (seq int, last time.Time, err error) {
	return e.replayUntil(ctx, id, run, func() bool { return false })
}

// replayUntil is replay, but ends with errPageFull once done.
func (e *Engine) replayUntil(ctx context.Context, id int64, run *interp.Run, done func() bool) (seq int, last time.Time, err error) {
	if why := e.suspension(id); why != nil {
		seq, err = e.length(ctx, id)
		return seq, last, cmp.Or(err, why)
	}
	defer e.worked(id).done()
	for {
		entries, err := e.cfg.Journal.Entries(ctx, id, seq, replayPage)
		if err != nil {
			return 0, last, err
		}
		for _, entry := range entries {
			seq++
			in, err := follow(run, entry)
			if err != nil {
				length, unread := e.length(ctx, id)
				return length, last, cmp.Or(unread, fmt.Errorf("entry %d of %d: %w", seq, length, err))
			}
			if in.At.After(last) {
				last = in.At
			}
			if done() {
				return seq, last, errPageFull
			}
		}
		if len(entries) < replayPage {
			return seq, last, nil
		}
	}
}

// replayPage is how many entries are read at a time. All of a long execution
// may be more than there is memory; most executions have fewer.
const replayPage = 64

// passiveEntries is the longest journal that is cheap enough to replay for
// every wake-up; passiveWait the shortest sleep that is worth one.
const (
	passiveEntries = 128
	passiveWait    = 10 * time.Second
)

// evict frees the run of an execution that sleeps. The caller holds mu.
func (x *execution) evict() {
	if x.ephemeral() || x.ended || x.committing || len(x.staged) > 0 || x.seq > passiveEntries {
		return
	}
	soon := x.engine.cfg.Clock.Now().Add(passiveWait)
	for _, w := range x.waits {
		if w.cancel != nil || w.timer != nil && w.timer.at.Before(soon) {
			return
		}
	}
	x.run, x.spare = nil, nil
}

// resume is called with mu held and run awake.
func (x *execution) resume() {
	tasks, timers := x.run.Outstanding()
	calls := x.act(nil, staged{effects: interp.Effects{
		Tasks:  slices.DeleteFunc(tasks, func(t interp.Task) bool { return x.waits[t.Ref] != nil }),
		Timers: slices.DeleteFunc(timers, func(t interp.Timer) bool { return x.waits[t.Ref] != nil }),
	}})
	x.evict()
	x.engine.functions.push(calls...)
}

// act does what follows from an input that is on disk, but for calls of functions,
// which it adds to those given. The caller holds mu.
func (x *execution) act(calls []call, s staged) []call {
	for i := range s.events {
		x.observe(Observation{Event: &s.events[i]})
	}
	if s.answered {
		// Not a drop: a function that answered by its token may still be running.
		delete(x.waits, s.task)
	}
	for _, ref := range s.effects.Dropped {
		x.drop(ref)
	}
	if s.effects.Outcome != nil {
		x.finish(*s.head)
		x.observeEnd(s.effects.Outcome)
		return calls
	}
	if s.head != nil {
		x.record.Head = *s.head
	}
	for _, t := range s.effects.Timers {
		t.At = x.engine.scaled(t)
		x.wait(t.Ref).timer = x.engine.timers.add(x, t)
	}
	for _, t := range s.effects.Tasks {
		calls = x.dispatch(calls, t)
	}
	return calls
}

func (x *execution) wait(ref uint64) *wait {
	if x.waits == nil {
		x.waits = make(map[uint64]*wait)
	}
	w := x.waits[ref]
	if w == nil {
		w = &wait{}
		x.waits[ref] = w
	}
	return w
}

// drop forgets a ref that no longer matters.
func (x *execution) drop(ref uint64) {
	w := x.waits[ref]
	if w == nil {
		return
	}
	delete(x.waits, ref)
	if w.timer != nil {
		x.engine.timers.remove(w.timer)
	}
	if w.cancel != nil {
		w.cancel(nil)
	}
	if w.child != 0 {
		x.engine.stopChild(w.child)
	}
}

// finish is called with mu held once the end is on disk.
func (x *execution) finish(h Head) {
	x.record.Head = h
	for ref := range x.waits {
		x.drop(ref)
	}
	x.waits, x.run, x.spare = nil, nil, nil
	x.engine.forget(x)
	x.engine.forgive(x.record.ID)
	x.engine.notifyEnd(x.record, x.onEnd)
}

// fire hands timers to their execution.
func (e *Engine) fire(x *execution, due []*timer) {
	e.background.push(func() {
		for _, t := range due {
			if x.fired(t) {
				x.report(interp.Input{Kind: interp.TimerFired, Ref: t.ref})
			}
		}
	})
}

// fired reports whether the timer still matters, and that it is no longer armed.
func (x *execution) fired(t *timer) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	w := x.waits[t.ref]
	if w == nil || w.timer != t {
		return false
	}
	delete(x.waits, t.ref)
	return true
}

// dispatch does a task, or adds it to the calls if it is one of a function. The caller holds mu.
func (x *execution) dispatch(calls []call, t interp.Task) []call {
	w := x.wait(t.Ref)
	if x.mocked(t) {
		return calls
	}
	if t.Token != "" {
		x.observeWaiting(t)
	}
	if t.Token != "" && t.Submitted {
		return calls // the token is out, the answer comes by the token
	}
	if t.Function != "" {
		ctx, cancel := context.WithCancelCause(x.engine.invoking)
		w.cancel = cancel
		return append(calls, call{functionName(t.Function), func() []call {
			defer cancel(nil)
			return x.invoke(ctx, cancel, t)
		}})
	}
	if !integration.Parse(t.Resource).Starts() {
		x.engine.background.push(func() { x.foreign(t) })
		return calls
	}
	x.engine.background.push(func() { x.startNested(t) })
	return calls
}

// Wait returns when the execution has ended, with what DescribeExecution then
// returns but for Input and TestCase; at once if it has ended already. When ctx ends
// before, its error is the answer, and ErrClosed when the engine does. Errors: InvalidARN, ExecutionDoesNotExist.
func (e *Engine) Wait(ctx context.Context, arn string) (Execution, error) {
	r, err := e.find(ctx, arn)
	if err != nil {
		return Execution{}, err
	}
	if x := e.alive(r.ID); x != nil {
		r, err = x.end(ctx)
	} else if r, err = e.cfg.Journal.Record(ctx, r.ID); err != nil {
		err = fmt.Errorf("read the execution: %w", err)
	}
	if err != nil {
		return Execution{}, err
	}
	return e.execution(r), nil
}

// end waits for the end of the execution to be on disk.
func (x *execution) end(ctx context.Context) (Record, error) {
	ended := make(chan Record, 1)
	x.mu.Lock()
	if x.record.Status != Running {
		defer x.mu.Unlock()
		return x.record, nil
	}
	x.onEnd = append(x.onEnd, func(r Record) { ended <- r })
	x.mu.Unlock()
	select {
	case r := <-ended:
		return r, nil
	case <-ctx.Done():
		return Record{}, ctx.Err()
	case <-x.engine.invoking.Done():
		return Record{}, ErrClosed
	}
}
