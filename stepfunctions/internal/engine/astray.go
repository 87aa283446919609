package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// errAstray says that this program cannot repeat what the journal has of an
// execution: an entry or the definition cannot be read, or the program that
// wrote them went another way from there. The execution is set aside: to go on
// would do things twice, or things that belong to nothing.
var errAstray = errors.New("the journal cannot be repeated by this version")

func astray(format string, args ...any) error {
	return fmt.Errorf("%w: %w", errAstray, fmt.Errorf(format, args...))
}

// apply gives the run an input. A defect of the interpreter must not end all
// other executions with the one that meets it; the run is of no use after one.
func apply(run *interp.Run, in interp.Input) (effects interp.Effects, err error) {
	defer func() {
		if p := recover(); p != nil {
			// Not p, which may have some of the data in it.
			err = astray("the interpreter panicked: %T\n%s", p, debug.Stack())
		}
	}()
	return run.Apply(in), nil
}

// follow applies an entry again. Every entry had its effect when it was
// written; where it has none now, or another one, the run has gone astray.
func follow(run *interp.Run, entry []byte) (interp.Input, error) {
	in, sum, err := decode(entry)
	if err != nil {
		return in, astray("%w", err)
	}
	if !run.Heeds(in) {
		return in, astray("nothing waits for an input of kind %d about %d", in.Kind, in.Ref)
	}
	effects, err := apply(run, in)
	if err == nil && sum != 0 && sum != sumOf(effects) {
		err = astray("an input of kind %d about %d now leads elsewhere", in.Kind, in.Ref)
	}
	return in, err
}

// setAside leaves the execution as the journal has it, open, until it is
// stopped or a program that can repeat it is started. The caller holds mu.
func (x *execution) setAside(why error) {
	x.astray, x.run = why, nil
	if died := (*suspended)(nil); errors.As(why, &died) {
		x.engine.cfg.Log.Error("an execution is suspended: stop it, or give the program more memory and remove the counts of its deaths",
			"execution", x.record.ID, "name", x.record.Name, "stateMachine", machineName(x.record.MachineARN), "started", x.record.Started, "error", why)
		return
	}
	x.engine.cfg.Log.Error("an execution is set aside: start the version that it ran on, or stop it",
		"execution", x.record.ID, "stateMachine", machineName(x.record.MachineARN), "started", x.record.Started, "error", why)
}

// setAsideUnread does so for an execution whose entries are not looked at.
func (x *execution) setAsideUnread(ctx context.Context, why error) error {
	length, err := x.engine.length(ctx, x.record.ID)
	if err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.seq = length
	x.setAside(why)
	return nil
}

// stopAstray is what applied is for a run that is not there.
func (x *execution) stopAstray(in interp.Input, done chan<- error) staged {
	o := &interp.Outcome{Status: interp.StatusAborted, Error: in.Error, Cause: in.Cause}
	x.ended = true
	return staged{entry: encode(in, 0), effects: interp.Effects{Outcome: o}, head: x.endedHead(o, in.At), done: done}
}
