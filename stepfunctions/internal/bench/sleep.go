package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// sleeper waits for seconds and not until a timestamp, of which the states
// language takes whole seconds alone: thousands would wake at once.
const sleeper = `{"StartAt": "W", "States": {
	"W": {"Type": "Wait", "SecondsPath": "$.seconds", "Next": "T"},
	"T": {"Type": "Task", "Resource": "` + function + `", "End": true,
		"Parameters": {"seconds.$": "$.seconds", "start.$": "$$.Execution.StartTime"}}}}`

// wakeWindow is the time over which the sleepers wake up, and starters how
// many goroutines send them to sleep.
const (
	wakeWindow = 30 * time.Second
	starters   = 256
)

// alarm measures how late sleepers wake up: it is their task's function.
type alarm struct {
	late latencies
	left atomic.Int64
	done chan struct{}
}

func (a *alarm) ring(payload []byte) ([]byte, error) {
	var p struct {
		Start   time.Time
		Seconds int64
	}
	if err := json.Unmarshal(payload, &p); err != nil {
		return nil, err
	}
	a.late.add(time.Since(p.Start.Add(time.Duration(p.Seconds) * time.Second)))
	if a.left.Add(-1) == 0 {
		close(a.done)
	}
	return []byte(`{}`), nil
}

// sleep measures many executions that wait: their memory, a restart with all
// of them open, and how late they wake.
func sleep(ctx context.Context, o options, dir string) error {
	a := &alarm{done: make(chan struct{})}
	a.left.Store(int64(o.sleepers))
	w, err := open(ctx, dir, a.ring)
	if err != nil {
		return err
	}
	first := time.Now().Add(20*time.Second + time.Duration(o.sleepers)*time.Second/2000)
	before := heap()
	if err := fallAsleep(ctx, w, o.sleepers, first); err != nil {
		return err
	}
	fmt.Printf("%-40s %9.0f MB heap, %.1f KB each\n", fmt.Sprintf("%d sleeping executions", o.sleepers), (heap()-before)/1e6, (heap()-before)/1e3/float64(o.sleepers))
	if err := w.close(); err != nil {
		return err
	}
	began := time.Now()
	if w, err = open(ctx, dir, a.ring); err != nil {
		return err
	}
	defer w.close()
	took := time.Since(began)
	fmt.Printf("%-40s %9s, %.0f /s, %.0f MB heap\n", fmt.Sprintf("restart with %d open", o.sleepers), took.Round(time.Millisecond), float64(o.sleepers)/took.Seconds(), heap()/1e6)
	if now := time.Now(); now.After(first) {
		fmt.Printf("%-40s the machine is too slow: they were due %s ago\n", "", now.Sub(first))
	}
	select {
	case <-a.done:
		a.late.row("wake-ups, and how late they are", float64(o.sleepers)/wakeWindow.Seconds())
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// fallAsleep starts the executions; their wake-ups are spread from first on.
func fallAsleep(ctx context.Context, w *testEngine, n int, first time.Time) error {
	arn, err := w.machine(ctx, "sleeper", sleeper)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	var next atomic.Int64
	errs := make(chan error, starters)
	began := time.Now()
	for range starters {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				pause := time.Until(first) + rand.N(wakeWindow)
				input := fmt.Appendf(nil, `{"seconds":%d}`, pause/time.Second+1)
				if _, err := w.StartExecution(ctx, engine.StartExecution{MachineARN: arn, Input: input}); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	fmt.Printf("%-40s %9.0f /s\n", "starts", float64(n)/time.Since(began).Seconds())
	select {
	case err = <-errs:
	default:
	}
	return err
}

// heap returns the memory in use in bytes, without garbage.
func heap() float64 {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse + m.StackInuse)
}
