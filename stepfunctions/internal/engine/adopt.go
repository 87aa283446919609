package engine

import (
	"context"
	"fmt"
)

// A write may have failed for its caller and yet be on disk. What follows finds
// the executions that then are further on disk than in memory.

func (e *Engine) setStarting(id int64, starting bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if starting {
		e.starting[id] = true
	} else {
		delete(e.starting, id)
	}
}

// known tells that somebody runs the execution, or is about to.
func (e *Engine) known(id int64) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.live[id] != nil || e.starting[id]
}

// adopt takes up an execution that is open on disk and that nobody runs: the
// start or redrive that wrote it was told of a failure.
func (e *Engine) adopt(ctx context.Context, id int64) error {
	e.redriving.Lock()
	defer e.redriving.Unlock()
	return e.adoptNow(ctx, id)
}

// adoptNow is adopt for who holds redriving.
func (e *Engine) adoptNow(ctx context.Context, id int64) error {
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
	x.revive()
	return nil
}

// concede ends an execution whose end is on disk although its write failed.
// The caller holds mu.
func (x *execution) concede() {
	r, err := x.engine.cfg.Journal.Record(context.Background(), x.record.ID)
	if err != nil {
		x.engine.cfg.Log.Error("an execution could not be read", "execution", x.record.ID, "error", err)
		x.reviveLater(err)
		return
	}
	if r.Status == Running {
		x.setAside(astray("it has ended by the journal's entries, and is open by its record"))
		return
	}
	x.ended = true
	x.finish(r.Head)
}
