package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
	"example.org/asynchttpapi/stepfunctions/internal/journal"
)

// BenchmarkChain is a chain of three tasks that take no time, over SQLite with
// fsync, with so many in flight.
func BenchmarkChain(b *testing.B) {
	for _, inFlight := range []int{1, 64, 1000} {
		b.Run(fmt.Sprintf("inflight=%d", inFlight), func(b *testing.B) { benchmarkChain(b, inFlight) })
	}
}

func benchmarkChain(b *testing.B, inFlight int) {
	db, err := sqlite.Open(b.TempDir(), journal.Schema)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	e := engine.New(engine.Config{Journal: journal.New(db), Invoker: &enginetest.Invoker{}})
	if err := e.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer e.Close(context.Background())
	m, err := e.CreateStateMachine(b.Context(), engine.NewStateMachine{Name: "chain", Revision: engine.Revision{Definition: chain(3)}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range inFlight {
		wg.Go(func() {
			for next.Add(1) <= int64(b.N) {
				s, err := e.StartExecution(b.Context(), engine.StartExecution{MachineARN: m.ARN, Input: json.RawMessage(`{"id":"01234567890123456789"}`)})
				if err == nil {
					_, err = e.Wait(b.Context(), s.ARN)
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkRecover is a start with as many open executions as b.N.
func BenchmarkRecover(b *testing.B) {
	dir := b.TempDir()
	begin := func() (*engine.Engine, func()) {
		db, err := sqlite.Open(dir, journal.Schema)
		if err != nil {
			b.Fatal(err)
		}
		e := engine.New(engine.Config{Journal: journal.New(db), Invoker: &enginetest.Invoker{}})
		if err := e.Start(b.Context()); err != nil {
			b.Fatal(err)
		}
		return e, func() { e.Close(context.Background()); db.Close() }
	}
	e, end := begin()
	m, err := e.CreateStateMachine(b.Context(), engine.NewStateMachine{Name: "wait", Revision: engine.Revision{Definition: waitAYear}})
	if err != nil {
		b.Fatal(err)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 256 {
		wg.Go(func() {
			for next.Add(1) <= int64(b.N) {
				if _, err := e.StartExecution(b.Context(), engine.StartExecution{MachineARN: m.ARN}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	end()
	b.ReportAllocs()
	b.ResetTimer()
	_, end = begin()
	b.StopTimer()
	end()
}
