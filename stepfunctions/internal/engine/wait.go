package engine

import (
	"context"
	"fmt"
)

// Wait returns when the execution has ended, with what DescribeExecution then
// tells but for the input; at once if it has ended already. When ctx ends
// before, its error is the answer, and ErrClosed when the engine does. Refusals: InvalidArn, ExecutionDoesNotExist.
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
