package engine

import (
	"context"
	"time"
)

// Expired executions are removed so many at a time, that a sweep does not hold
// up the writes beside it.
const sweepPage = 500

// sweepLater arranges for the next sweep.
func (e *Engine) sweepLater(d time.Duration) {
	e.sweeping.Lock()
	defer e.sweeping.Unlock()
	if !e.swept {
		e.stopSweep = e.cfg.Clock.AfterFunc(d, func() { e.background.push(e.sweep) })
	}
}

func (e *Engine) sweepNoMore() {
	e.sweeping.Lock()
	defer e.sweeping.Unlock()
	e.swept = true
	if e.stopSweep != nil {
		e.stopSweep()
	}
}

// sweepInterval returns a day for the service's 90 days, less for a shorter retention.
func (e *Engine) sweepInterval() time.Duration {
	return min(24*time.Hour, max(time.Minute, e.cfg.Retention/10))
}

// sweep removes the executions whose retention is over, and the definitions that
// nothing needs any more. What a journal that
// fails, or the engine's end, leaves is the next sweep's.
func (e *Engine) sweep() {
	for removed := 1; removed > 0 && !e.sweptEnough(); {
		var err error
		if removed, err = e.cfg.Journal.Expire(context.Background(), e.retained(), sweepPage); err != nil {
			e.cfg.Log.Error("old executions could not be removed", "error", err)
			break
		}
	}
	if !e.sweptEnough() {
		if err := e.registry.sweepRevisions(context.Background()); err != nil {
			e.cfg.Log.Error("old definitions could not be removed", "error", err)
		}
	}
	e.sweepLater(e.sweepInterval())
}

func (e *Engine) sweptEnough() bool {
	e.sweeping.Lock()
	defer e.sweeping.Unlock()
	return e.swept
}
