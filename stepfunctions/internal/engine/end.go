package engine

import (
	"context"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// fullName is an execution's ARN in two parts.
type fullName struct{ machineARN, name string }

// remember makes the execution one that inputs can reach.
func (e *Engine) remember(x *execution) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.live[x.record.ID] = x
	if !x.ephemeral() {
		e.names[fullName{x.record.MachineARN, x.record.Name}] = x
	}
}

// aliveNamed gives the execution of that name if it has not ended.
func (e *Engine) aliveNamed(machineARN, name string) *execution {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.names[fullName{machineARN, name}]
}

// alive gives the execution if it has not ended.
func (e *Engine) alive(id int64) *execution {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.live[id]
}

// open is the number of executions that have not ended.
func (e *Engine) open() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.live)
}

// forget is called once, when the end of the execution is on disk.
func (e *Engine) forget(x *execution) {
	e.mu.Lock()
	delete(e.live, x.record.ID)
	if name := (fullName{x.record.MachineARN, x.record.Name}); e.names[name] == x {
		delete(e.names, name)
	}
	e.mu.Unlock()
	e.closed(x.machine)
}

// closed counts one open execution of the machine less. A machine that is being
// deleted goes with the last one.
func (e *Engine) closed(m *machine) {
	if !e.registry.closed(m) {
		return
	}
	e.wakers.push(func() {
		e.registry.change.Lock()
		defer e.registry.change.Unlock()
		if err := e.registry.removeIfIdle(context.Background(), m); err != nil {
			e.cfg.Log.Error("a deleted state machine could not be removed", "error", err)
		}
	})
}

// tellEnd tells everybody who waits for the end.
func (e *Engine) tellEnd(r Record, waiting []func(Record)) {
	for _, tell := range waiting {
		tell(r)
	}
	if r.Parent != nil {
		if parent := e.alive(r.Parent.ID); parent != nil {
			e.wakers.push(func() { parent.childEnded(r) })
		}
	}
	if r.Unannounced {
		e.wakers.push(func() { e.announce(r) })
	}
}

// announce calls Config.Ended. What it could not tell is told again after the
// next Start, so that a crash does not swallow it either.
func (e *Engine) announce(r Record) {
	if err := e.cfg.Ended(context.Background(), e.execution(r)); err != nil {
		e.cfg.Log.Warn("the end of an execution could not be announced", "execution", r.ID, "error", err)
		return
	}
	if err := e.cfg.Journal.Announced(context.Background(), r.ID); err != nil {
		e.cfg.Log.Warn("the end of an execution may be announced again", "execution", r.ID, "error", err)
	}
}

// stopChild aborts a nested execution whose parent waits for it no longer:
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
func (e *Engine) stopChild(id int64) {
	if child := e.alive(id); child != nil {
		e.wakers.push(func() { child.report(interp.Input{Kind: interp.Stopped}) })
	}
}
