package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/journal"
)

// entrySize is about what one input of the measured chain takes in the journal.
const entrySize = 64

// chainWrites is how often a chain of three tasks goes to the journal.
const chainWrites = 4

// disk measures what this machine can do at most: bare fsyncs, and the
// journal's writes of a chain without an engine that makes them.
func disk(ctx context.Context, o options, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := fsyncs(o, dir); err != nil {
		return err
	}
	for _, writers := range inFlight {
		if err := bareWrites(ctx, o, filepath.Join(dir, fmt.Sprint(writers)), writers); err != nil {
			return err
		}
	}
	return nil
}

func fsyncs(o options, dir string) error {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return err
	}
	defer f.Close()
	var l latencies
	bytes := make([]byte, entrySize)
	rate, err := repeat(o.each/3, 1, &l, func() error {
		if _, err := f.Write(bytes); err != nil {
			return err
		}
		return f.Sync()
	})
	l.row(fmt.Sprintf("bare write and fsync of %d bytes", entrySize), rate)
	return err
}

// limits are the rates of bareWrites in chains a second, by writers.
var limits = map[int]float64{}

// bareWrites makes the same writes as the chains, from as many goroutines.
func bareWrites(ctx context.Context, o options, dir string, writers int) error {
	db, err := sqlite.Open(dir, journal.Schema)
	if err != nil {
		return err
	}
	defer db.Close()
	journal := journal.New(db)
	var id atomic.Int64
	var l latencies
	rate, err := repeat(o.each, writers, &l, func() error { return bareChain(ctx, journal, id.Add(1)) })
	limits[writers] = rate
	l.row(fmt.Sprintf("SQLite, a chain's %d writes, %d in flight", chainWrites, writers), rate)
	return err
}

func bareChain(ctx context.Context, j engine.Journal, id int64) error {
	entry := [][]byte{make([]byte, entrySize)}
	record := engine.Record{ID: id, MachineARN: "arn:aws:states:us-east-1:123456789012:stateMachine:chain", Name: fmt.Sprintf("%036d", id),
		Revision: "00000000-0000-0000-0000-000000000000", Started: time.Now(), Head: engine.Head{Status: engine.Running}}
	if err := j.Create(ctx, record, entry, engine.Past{}); err != nil {
		return err
	}
	for seq := 1; seq < chainWrites; seq++ {
		var head *engine.Head
		if seq == chainWrites-1 {
			head = &engine.Head{Status: engine.Succeeded, Stopped: time.Now(), Output: entry[0]}
		}
		if err := j.Append(ctx, id, seq, entry, head); err != nil {
			return err
		}
	}
	return nil
}
