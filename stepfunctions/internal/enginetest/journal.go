// Package enginetest has the engine's ports in memory, for tests.
package enginetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// Journal keeps everything in memory. Make it with NewJournal.
type Journal struct {
	// Fail, if set, is asked before each write; its error is the write's, and
	// nothing is written. It is set before the journal is used.
	Fail func() error
	// Lose, if set, is asked after each write that succeeded; its error is the
	// write's, whose outcome the caller then does not know.
	Lose func() error

	mu        sync.Mutex
	writes    []func(*Journal) error
	records   map[int64]*stored
	last      int64
	machines  map[string][]byte
	revisions map[string][]byte
}

type stored struct {
	engine.Record
	entries [][]byte
}

// NewJournal makes an empty journal.
func NewJournal() *Journal {
	return &Journal{records: map[int64]*stored{}, machines: map[string][]byte{}, revisions: map[string][]byte{}}
}

// write runs fn as one write. fn works on the journal given, for After repeats it.
func (j *Journal) write(ctx context.Context, fn func(*Journal) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if j.Fail != nil {
		if err := j.Fail(); err != nil {
			return err
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	err := fn(j)
	if err != nil {
		return err
	}
	j.writes = append(j.writes, fn)
	if j.Lose != nil {
		return j.Lose()
	}
	return nil
}

// Writes returns the number of writes that succeeded.
func (j *Journal) Writes() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.writes)
}

// After returns a journal as this one was after its first n writes: what a crash
// leaves.
func (j *Journal) After(n int) *Journal {
	j.mu.Lock()
	writes := j.writes[:n:n]
	j.mu.Unlock()
	then := NewJournal()
	for _, write := range writes {
		if err := then.write(context.Background(), write); err != nil {
			panic(err) // it succeeded the first time
		}
	}
	return then
}

// Create implements engine.Journal.
func (j *Journal) Create(ctx context.Context, r engine.Record, entries [][]byte, past engine.Past) error {
	return j.write(ctx, func(j *Journal) error {
		if old := j.find(r.MachineARN, r.Name); old != nil {
			if !past.Includes(old.Record) {
				return engine.ErrExists
			}
			delete(j.records, old.ID)
		}
		j.records[r.ID] = &stored{Record: r, entries: copied(entries)}
		j.last = max(j.last, r.ID)
		return nil
	})
}

// Append implements engine.Journal.
func (j *Journal) Append(ctx context.Context, id int64, seq int, entries [][]byte, head *engine.Head) error {
	return j.write(ctx, func(j *Journal) error {
		s := j.records[id]
		switch {
		case s == nil:
			return engine.ErrNotFound
		case seq != len(s.entries):
			return fmt.Errorf("append after %d entries, there are %d", seq, len(s.entries))
		}
		s.entries = append(s.entries, copied(entries)...)
		if head != nil {
			s.Head = *head
		}
		return nil
	})
}

// Announced implements engine.Journal.
func (j *Journal) Announced(ctx context.Context, id int64) error {
	return j.write(ctx, func(j *Journal) error {
		if s := j.records[id]; s != nil {
			s.Unannounced = false
		}
		return nil
	})
}

// Record implements engine.Journal.
func (j *Journal) Record(_ context.Context, id int64) (engine.Record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return found(j.records[id])
}

// Find implements engine.Journal.
func (j *Journal) Find(_ context.Context, machineARN, name string) (engine.Record, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return found(j.find(machineARN, name))
}

func found(s *stored) (engine.Record, error) {
	if s == nil {
		return engine.Record{}, engine.ErrNotFound
	}
	return s.Record, nil
}

func (j *Journal) find(machineARN, name string) *stored {
	for _, s := range j.records {
		if s.MachineARN == machineARN && s.Name == name {
			return s
		}
	}
	return nil
}

// Entries implements engine.Journal.
func (j *Journal) Entries(_ context.Context, id int64, after, limit int) ([][]byte, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.records[id]
	if s == nil {
		return nil, engine.ErrNotFound
	}
	rest := s.entries[min(after, len(s.entries)):]
	return copied(rest[:min(limit, len(rest))]), nil
}

// Length implements engine.Journal.
func (j *Journal) Length(_ context.Context, id int64) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.records[id]
	if s == nil {
		return 0, engine.ErrNotFound
	}
	return len(s.entries), nil
}

// List implements engine.Journal.
func (j *Journal) List(_ context.Context, f engine.Filter) ([]engine.Record, error) {
	list := j.collect(func(r engine.Record) bool {
		return (f.AllMachines || r.MachineARN == f.MachineARN) &&
			strings.Contains(r.Name, f.NamePart) &&
			(f.VersionARN == "" || r.VersionARN == f.VersionARN) &&
			(f.AliasARN == "" || r.AliasARN == f.AliasARN) &&
			(f.Status == "" || r.Status == f.Status) &&
			(f.Before == 0 || r.ID < f.Before) && r.ID > f.After &&
			(r.Status == engine.Running || !r.Stopped.Before(f.ClosedAfter))
	})
	slices.Reverse(list)
	list = list[:min(f.Limit, len(list))]
	for i, r := range list {
		list[i] = r.WithoutOutput()
	}
	return list, nil
}

// Unfinished implements engine.Journal.
func (j *Journal) Unfinished(_ context.Context, after int64, limit int) ([]engine.Record, error) {
	list := j.collect(func(r engine.Record) bool {
		return r.ID > after && (r.Status == engine.Running || r.Unannounced)
	})
	return list[:min(limit, len(list))], nil
}

// collect returns the records that match, by id.
func (j *Journal) collect(match func(engine.Record) bool) (list []engine.Record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(j.records)) {
		if r := j.records[id].Record; match(r) {
			list = append(list, r)
		}
	}
	return list
}

// LastID implements engine.Journal.
func (j *Journal) LastID(context.Context) (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last, nil
}

// Expire implements engine.Journal.
func (j *Journal) Expire(ctx context.Context, t time.Time, limit int) (removed int, err error) {
	err = j.write(ctx, func(j *Journal) error {
		for _, id := range slices.Sorted(maps.Keys(j.records)) {
			if r := j.records[id]; removed < limit && r.Status != engine.Running && r.Stopped.Before(t) {
				delete(j.records, id)
				removed++
			}
		}
		return nil
	})
	return removed, err
}

func copied(entries [][]byte) [][]byte {
	c := make([][]byte, len(entries))
	for i, entry := range entries {
		c[i] = slices.Clone(entry)
	}
	return c
}
