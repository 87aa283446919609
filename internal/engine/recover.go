package engine

import (
	"context"
	"fmt"
	"runtime"
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
	var wg sync.WaitGroup
	next := make(chan *execution)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for x := range next {
				x.revive()
			}
		})
	}
	for _, x := range open {
		next <- x
	}
	close(next)
	wg.Wait()
	return nil
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

func (e *Engine) reloaded(ctx context.Context, r Record) (*execution, error) {
	m, err := e.registry.find(r.MachineARN)
	if err != nil {
		return nil, err
	}
	revision, err := e.registry.revision(ctx, r.Revision)
	if err != nil {
		return nil, err
	}
	x := e.newExecution(m, revision, r)
	e.registry.mu.Lock()
	m.open++
	e.registry.mu.Unlock()
	e.remember(x)
	return x, nil
}
