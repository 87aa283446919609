package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// execution is an execution that has not ended.
//
// An input is applied to the run at once, in memory, under mu; its entry and
// effects are staged. One goroutine at a time takes all that is staged,
// appends it to the journal in one write, and only then acts on the effects,
// in order. So nothing that anybody can see follows from an input that is not
// on disk, and inputs that arrive during a write share the next one.
type execution struct {
	engine   *Engine
	machine  *machine
	revision *revision

	mu     sync.Mutex
	record Record // its Head is what the journal has
	// run is nil while the execution sleeps; the journal has what it takes to wake it.
	run *interp.Run
	// seq counts the entries applied, staged ones included; last is the newest one's time.
	seq        int
	last       time.Time
	staged     []staged
	committing bool
	// ended is set once an input is applied that ends the run.
	ended bool
	// astray is set once the journal turns out not to be repeatable.
	astray error
	// setback is how long the last write that failed has put the execution off.
	setback time.Duration
	waits   map[uint64]*wait
	// onEnd are called once the end is on disk, or will never be.
	onEnd []func(Record)
}

// staged is an input that is applied and not yet on disk.
type staged struct {
	entry []byte
	// task is the ref of the task that the input is about, or 0; answered tells
	// that it has its result by this.
	task     uint64
	answered bool
	effects  interp.Effects
	head     *Head
	// done, if set, gets the outcome of the write.
	done chan<- error
}

// wait is what the engine does about a ref that the run waits for.
type wait struct {
	timer *timer
	// cancel ends the context of the function that runs; nil where none does.
	cancel context.CancelFunc
	// child is the id of the nested execution whose end the run waits for, or
	// 0; childJSON tells whether it wants the child's output as JSON.
	child     int64
	childJSON bool
}

// ephemeral tells an execution of an Express machine: it has no journal.
func (x *execution) ephemeral() bool { return x.record.Express != "" }

func (e *Engine) newExecution(m *machine, r *revision, record Record) *execution {
	return &execution{engine: e, machine: m, revision: r, record: record}
}

// info is what the run knows of the execution around it.
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
	return interp.New(definition, x.engine.info(x.record, x.revision))
}

// wake replays the journal into a run where there is none. The caller holds mu.
func (x *execution) wake(ctx context.Context) error {
	if x.run != nil || x.astray != nil {
		return x.astray
	}
	run, seq, last, err := x.replay(ctx)
	if errors.Is(err, errAstray) {
		x.seq, x.last = seq, last
		x.setAside(err)
	}
	if err != nil {
		return err
	}
	x.run, x.seq, x.last = run, seq, last
	return nil
}

func (x *execution) replay(ctx context.Context) (run *interp.Run, seq int, last time.Time, err error) {
	run = x.fresh()
	seq, last, err = x.engine.replay(ctx, x.record.ID, run)
	return run, seq, last, err
}

// replay applies what the journal has to a fresh run. seq is the number of
// entries in the case of errAstray, too.
func (e *Engine) replay(ctx context.Context, id int64, run *interp.Run) (seq int, last time.Time, err error) {
	if why := e.suspension(id); why != nil {
		seq, err = e.length(ctx, id)
		return seq, last, cmp.Or(err, why)
	}
	defer e.worked(id)()
	entries, err := e.cfg.Journal.Entries(ctx, id, 0)
	if err != nil {
		return 0, last, err
	}
	for i, entry := range entries {
		in, err := follow(run, entry)
		if err != nil {
			return len(entries), last, fmt.Errorf("entry %d of %d: %w", i+1, len(entries), err)
		}
		last = in.At
	}
	return len(entries), last, nil
}

// passiveEntries is the longest journal that is cheap enough to replay for
// every wake-up; passiveWait the shortest sleep that is worth one.
const (
	passiveEntries = 64
	passiveWait    = 10 * time.Second
)

// rest frees the run of an execution that sleeps. The caller holds mu.
func (x *execution) rest() {
	if x.ephemeral() || x.ended || x.committing || x.seq > passiveEntries {
		return
	}
	soon := x.engine.cfg.Clock.Now().Add(passiveWait)
	for _, w := range x.waits {
		if w.cancel != nil || w.timer != nil && w.timer.at.Before(soon) {
			return
		}
	}
	x.run = nil
}
