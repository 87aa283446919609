package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"example.org/asynchttpapi/internal/progress"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// recoverPage is how many records are read at a time.
const recoverPage = 1000

// recover takes up every execution that has not ended, and reports the ends
// that are not announced yet.
func (e *Engine) recover(ctx context.Context) error {
	open, err := e.reload(ctx)
	if err != nil {
		return fmt.Errorf("read the open executions: %w", err)
	}
	// What the program before may have died with goes last and one after the
	// other, so that another crash shows which one it is.
	suspects := func(x *execution) bool { return e.cfg.Progress.Crashes(x.record.ID) > 0 }
	report := progress.Log(e.cfg.Log, e.now, "taking up the open executions")
	recoverAll(slices.DeleteFunc(slices.Clone(open), suspects), report)
	for _, x := range open {
		if suspects(x) {
			x.recover()
		}
	}
	return e.registry.removeIdle(ctx)
}

func recoverAll(executions []*execution, report func(done, total int)) {
	var wg sync.WaitGroup
	next := make(chan *execution)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for x := range next {
				x.recover()
			}
		})
	}
	for i, x := range executions {
		next <- x
		report(i, len(executions))
	}
	close(next)
	wg.Wait()
}

// reload makes all open executions known before the first of them goes on, for
// one may be another's child.
func (e *Engine) reload(ctx context.Context) (open []*execution, err error) {
	report := progress.Log(e.cfg.Log, e.now, "reading the open executions")
	for after := int64(0); ; {
		page, err := e.cfg.Journal.Unfinished(ctx, after, recoverPage)
		if err != nil || len(page) == 0 {
			return open, err
		}
		for _, r := range page {
			after = r.ID
			report(len(open), len(open)+len(page))
			if r.Status != Running {
				e.notifyEnd(r, nil)
				continue
			}
			x, err := e.reloaded(ctx, r)
			if err != nil {
				return nil, err
			}
			open = append(open, x)
		}
	}
}

// reloaded makes the execution of an open record known. What cannot be read of
// suspends it and no other execution.
func (e *Engine) reloaded(ctx context.Context, r Record) (*execution, error) {
	revision, err := e.registry.revision(ctx, r.Revision)
	if err != nil && !errors.Is(err, errCannotReplay) {
		return nil, err
	}
	x := e.newExecution(nil, revision, r)
	if err != nil {
		err = x.suspendUnread(ctx, err)
	}
	if err != nil {
		return nil, err
	}
	x.machine = e.registry.reopened(r.MachineARN)
	e.remember(x)
	return x, nil
}

// A write may have failed for its caller and yet be on disk. What follows finds
// the executions that then are further on disk than in memory.

func (e *Engine) setStarting(id int64, starting bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if starting {
		e.starting[id] = nil
		return
	}
	if over := e.starting[id]; over != nil {
		close(over)
	}
	delete(e.starting, id)
}

// started waits until an execution that is being started is in memory, or the start has failed.
func (e *Engine) started(ctx context.Context, id int64) error {
	e.mu.Lock()
	over, starting := e.starting[id]
	starting = starting && e.live[id] == nil
	if starting && over == nil {
		over = make(chan struct{})
		e.starting[id] = over
	}
	e.mu.Unlock()
	if !starting {
		return nil
	}
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// known reports whether the execution is in memory, or is about to be.
func (e *Engine) known(id int64) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, starting := e.starting[id]
	return starting || e.live[id] != nil
}

// recoverOrphan takes up an execution that is open on disk and not in memory: the
// start or redrive that wrote it returned an error.
func (e *Engine) recoverOrphan(ctx context.Context, id int64) error {
	e.redriving.Lock()
	defer e.redriving.Unlock()
	return e.recoverOrphanLocked(ctx, id)
}

// recoverOrphanLocked is recoverOrphan with redriving held.
func (e *Engine) recoverOrphanLocked(ctx context.Context, id int64) error {
	if e.known(id) {
		return nil
	}
	// Read again: it may have ended since it was known.
	r, err := e.cfg.Journal.Record(ctx, id)
	if err != nil {
		return fmt.Errorf("read the execution: %w", err)
	}
	if r.Status != Running {
		return nil
	}
	x, err := e.reloaded(ctx, r)
	if err != nil {
		return err
	}
	x.recover()
	return nil
}

// finishRecorded ends an execution whose end is on disk although its write failed.
// The caller holds mu.
func (x *execution) finishRecorded() {
	r, err := x.engine.cfg.Journal.Record(context.Background(), x.record.ID)
	if err != nil {
		x.engine.cfg.Log.Error("an execution could not be read", "execution", x.record.ID, "error", err)
		x.recoverLater(err)
		return
	}
	if r.Status == Running {
		x.suspend(cannotReplay("it has ended by the journal's entries, and is open by its record"))
		return
	}
	x.ended = true
	x.finish(r.Head)
}

// errCannotReplay says that this program cannot repeat what the journal has of an
// execution: an entry or the definition cannot be read, or the program that
// wrote them went another way from there. The execution is suspended: to go on
// would do things twice, or things that belong to nothing.
var errCannotReplay = errors.New("the journal cannot be replayed by this version")

func cannotReplay(format string, args ...any) error {
	return fmt.Errorf("%w: %w", errCannotReplay, fmt.Errorf(format, args...))
}

// apply returns the run an input. A defect of the interpreter must not end all
// other executions with the one that meets it; the run must not be used after one.
func apply(run *interp.Run, in interp.Input) (effects interp.Effects, err error) {
	defer func() {
		if p := recover(); p != nil {
			// Not p, which may have some of the data in it.
			err = cannotReplay("the interpreter panicked: %T\n%s", p, debug.Stack())
		}
	}()
	return run.Apply(in), nil
}

// follow applies an entry again. Every entry had its effect when it was
// written; where it has none now, or another one, the journal cannot be replayed.
func follow(run *interp.Run, entry []byte) (interp.Input, error) {
	in, sum, err := decode(entry)
	if err != nil {
		return in, cannotReplay("%w", err)
	}
	if !run.Accepts(in) {
		return in, cannotReplay("nothing waits for an input of kind %d about %d", in.Kind, in.Ref)
	}
	effects, err := apply(run, in)
	if err == nil && sum != 0 && sum != sumOf(effects) {
		err = cannotReplay("an input of kind %d about %d now leads elsewhere", in.Kind, in.Ref)
	}
	return in, err
}

// suspend leaves the execution as the journal has it, open, until it is
// stopped or a program that can repeat it is started. The caller holds mu.
func (x *execution) suspend(why error) {
	x.suspended, x.run = why, nil
	if died := (*crashSuspension)(nil); errors.As(why, &died) {
		x.engine.cfg.Log.Error("an execution is suspended: stop it, or give the program more memory and remove deaths.json from the data folder",
			"execution", x.record.ID, "name", x.record.Name, "stateMachine", machineName(x.record.MachineARN), "started", x.record.Started, "error", why)
		return
	}
	x.engine.cfg.Log.Error("an execution is suspended: its journal does not match this version; start the version that created it, or stop it",
		"execution", x.record.ID, "stateMachine", machineName(x.record.MachineARN), "started", x.record.Started, "error", why)
}

// suspendUnread does so for an execution whose entries are not looked at.
func (x *execution) suspendUnread(ctx context.Context, why error) error {
	length, err := x.engine.length(ctx, x.record.ID)
	if err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.seq = length
	x.suspend(why)
	return nil
}

// stopSuspended returns what is staged to stop an execution without a run.
func (x *execution) stopSuspended(in interp.Input, done chan<- error) staged {
	o := &interp.Outcome{Status: interp.StatusAborted, Error: in.Error, Cause: in.Cause}
	x.ended = true
	return staged{entry: encode(in, 0), effects: interp.Effects{Outcome: o}, head: x.endedHead(o), done: done}
}

// Progress notes which executions a program works on at the moment, so that the
// next one knows which of them it died with: what takes more memory than there
// is ends the program, and would end every later one at its start, with all
// other executions of the journal. Adapter: internal/sqlite.
type Progress interface {
	// Begin notes that the execution is worked on, until End is called with
	// the place that Begin returned. Both take microseconds.
	Begin(id int64) (place int)
	End(place int)
	// Crashes is how many programs ended between the execution's Begin and End
	// since the last one that survived. Those that ended soon after Begin may
	// count for less.
	Crashes(id int64) int
	// Advanced notes that the execution has come further. A program that ended
	// soon after Begin then has not ended because of it.
	Advanced(id int64) error
	// Survived sets all Crashes below MaxCrashes to 0.
	Survived() error
	// Forget sets the execution's Crashes to 0.
	Forget(id int64) error
}

// MaxCrashes is how many times in a row the program may crash while it processes an execution
// before it is suspended. One or two may have been killed from outside.
const MaxCrashes = 3

// noProgress is a Progress that notes nothing.
type noProgress struct{}

func (noProgress) Begin(int64) int      { return 0 }
func (noProgress) End(int)              {}
func (noProgress) Crashes(int64) int    { return 0 }
func (noProgress) Advanced(int64) error { return nil }
func (noProgress) Survived() error      { return nil }
func (noProgress) Forget(int64) error   { return nil }

// crashSuspension is why an execution is suspended that the program crashed with.
type crashSuspension struct{ crashes int }

func (s *crashSuspension) Error() string {
	return fmt.Sprintf("the program crashed %d times while it processed this execution", s.crashes)
}

// Is makes it one of the reasons to suspend an execution.
func (*crashSuspension) Is(target error) bool { return target == errCannotReplay }

// worked notes that the execution is worked on until done is called; id 0 is
// none that could be found again.
func (e *Engine) worked(id int64) working {
	if id == 0 {
		return working{}
	}
	return working{e.cfg.Progress, e.cfg.Progress.Begin(id)}
}

// working is a place in the Progress, or none.
type working struct {
	progress Progress
	place    int
}

func (w working) done() {
	if w.progress != nil {
		w.progress.End(w.place)
	}
}

// suspension returns a *crashSuspension for an execution that must not be worked on, or nil.
func (e *Engine) suspension(id int64) error {
	if crashes := e.cfg.Progress.Crashes(id); crashes >= MaxCrashes {
		return &crashSuspension{crashes: crashes}
	}
	return nil
}

// durableID returns the id by which a later program finds the execution, or the one
// that would start it again; 0 where there is none.
func (x *execution) durableID() int64 {
	switch {
	case !x.ephemeral():
		return x.record.ID
	case x.record.Parent != nil:
		return x.record.Parent.ID
	}
	return 0
}

// starterID returns the id of an execution that is not written yet.
func (x *execution) starterID() int64 {
	if x.record.Parent != nil {
		return x.record.Parent.ID
	}
	return 0
}

// forgive lets an execution that has ended be worked on, by a redrive.
func (e *Engine) forgive(id int64) {
	if err := e.cfg.Progress.Forget(id); err != nil {
		e.cfg.Log.Warn("the suspension of an execution could not be removed", "execution", id, "error", err)
	}
}

// survival is how long a program lives that does not die of what it found at
// its start.
const survival = time.Minute

// survived notes that this program did not die of what it found.
func (e *Engine) survived() {
	if err := e.cfg.Progress.Survived(); err != nil {
		e.cfg.Log.Warn("the counts of crashes could not be reset", "error", err)
	}
}

// advanced notes that an execution has come further since the program started.
func (e *Engine) advanced(id int64) {
	if err := e.cfg.Progress.Advanced(id); err != nil {
		e.cfg.Log.Warn("the crashes of an execution could not be reset", "execution", id, "error", err)
	}
}

// length returns the number of an execution's entries.
func (e *Engine) length(ctx context.Context, id int64) (int, error) {
	n, err := e.cfg.Journal.Length(ctx, id)
	if err != nil {
		return 0, fmt.Errorf("read the execution: %w", err)
	}
	return n, nil
}
