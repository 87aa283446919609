// Package asynctest has a Store and a Workflows that live in memory, for tests.
package asynctest

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"example.org/asynchttpapi/async"
)

// Store is an async.Store in memory. The zero value is ready for use.
type Store struct {
	mu           sync.Mutex
	records      map[string]async.Record
	reservations map[string]async.Reservation
}

// Create implements async.Store.
func (s *Store) Create(ctx context.Context, r async.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := firstError(ctx.Err(), r.Valid()); err != nil {
		return err
	}
	if _, ok := s.records[r.ID]; ok {
		return async.ErrExists
	}
	s.put(r)
	return nil
}

// Get implements async.Store.
func (s *Store) Get(ctx context.Context, id string) (async.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.get(ctx, id)
}

// Advance implements async.Store.
func (s *Store) Advance(ctx context.Context, id string, c async.Change) (async.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := c.Valid(); err != nil {
		return async.Record{}, err
	}
	r, err := s.get(ctx, id)
	if err != nil {
		return r, err
	}
	if r, err = c.Apply(r); err != nil {
		return r, err
	}
	s.put(r)
	return s.get(ctx, id)
}

// Discard implements async.Store.
func (s *Store) Discard(ctx context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if r, ok := s.records[id]; ok && (r.Rank > 0 || r.Redrive > 0) {
		return async.ErrStale
	}
	delete(s.records, id)
	return nil
}

// IDs lists the ids of all records, sorted.
func (s *Store) IDs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.records))
}

// Put writes r over whatever is there, for tests that arrange a record.
func (s *Store) Put(r async.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(r)
}

func (s *Store) get(ctx context.Context, id string) (async.Record, error) {
	if err := ctx.Err(); err != nil {
		return async.Record{}, err
	}
	r, ok := s.records[id]
	if !ok {
		return r, async.ErrNotFound
	}
	return clone(r), nil
}

func (s *Store) put(r async.Record) {
	if s.records == nil {
		s.records = map[string]async.Record{}
	}
	s.records[r.ID] = clone(r)
}

// clone is r as a store gives it back: sharing nothing with what went in,
// times in UTC, Expires in whole seconds.
func clone(r async.Record) async.Record {
	r.Payload = append(json.RawMessage(nil), r.Payload...)
	r.Decisions = maps.Clone(r.Decisions)
	if r.Error != nil {
		e := *r.Error
		r.Error = &e
	}
	r.Created, r.Updated, r.Deadline = r.Created.UTC(), r.Updated.UTC(), r.Deadline.UTC()
	r.Expires = wholeSeconds(r.Expires)
	return r
}

func wholeSeconds(t time.Time) time.Time {
	return t.Add(time.Second - time.Nanosecond).Truncate(time.Second).UTC()
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
