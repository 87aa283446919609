package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
)

// recoverPage is how many records are read at a time.
const recoverPage = 1000

// recover takes up every execution that has not ended, and tells of the ends
// that nobody has heard of.
func (e *Engine) recover(ctx context.Context) error {
	open, err := e.reload(ctx)
	if err != nil {
		return fmt.Errorf("read the open executions: %w", err)
	}
	// What the program before may have died with goes last and one after the
	// other, so that another death tells which one it is.
	suspects := func(x *execution) bool { return e.cfg.Progress.Deaths(x.record.ID) > 0 }
	reviveAll(slices.DeleteFunc(slices.Clone(open), suspects))
	for _, x := range open {
		if suspects(x) {
			x.revive()
		}
	}
	return e.registry.removeIdle(ctx)
}

func reviveAll(executions []*execution) {
	var wg sync.WaitGroup
	next := make(chan *execution)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for x := range next {
				x.revive()
			}
		})
	}
	for _, x := range executions {
		next <- x
	}
	close(next)
	wg.Wait()
}

// reload makes all open executions known before the first of them goes on, for
// one may be another's child.
func (e *Engine) reload(ctx context.Context) (open []*execution, err error) {
	for after := int64(0); ; {
		page, err := e.cfg.Journal.Unfinished(ctx, after, recoverPage)
		if err != nil || len(page) == 0 {
			return open, err
		}
		for _, r := range page {
			after = r.ID
			if r.Status != Running {
				e.tellEnd(r, nil)
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
// it is its own trouble and nobody else's.
func (e *Engine) reloaded(ctx context.Context, r Record) (*execution, error) {
	revision, err := e.registry.revision(ctx, r.Revision)
	if err != nil && !errors.Is(err, errAstray) {
		return nil, err
	}
	x := e.newExecution(nil, revision, r)
	if err != nil {
		err = x.setAsideUnread(ctx, err)
	}
	if err != nil {
		return nil, err
	}
	x.machine = e.registry.reopened(r.MachineARN)
	e.remember(x)
	return x, nil
}
