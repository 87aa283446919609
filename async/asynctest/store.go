// Package asynctest has a Store and a Workflows that live in memory, for tests.
package asynctest

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"example.org/asynchttpapi/internal/asyncapi"
)

// Store is an asyncapi.Store in memory. The zero value is ready for use.
type Store struct {
	mu           sync.Mutex
	records      map[string]asyncapi.Record
	reservations map[string]asyncapi.Reservation
}

// Create implements asyncapi.Store.
func (s *Store) Create(ctx context.Context, r asyncapi.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := firstError(ctx.Err(), r.Valid()); err != nil {
		return err
	}
	if _, ok := s.records[r.ID]; ok {
		return asyncapi.ErrExists
	}
	s.put(r)
	return nil
}

// Get implements asyncapi.Store.
func (s *Store) Get(ctx context.Context, id string) (asyncapi.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.get(ctx, id)
}

// Advance implements asyncapi.Store.
func (s *Store) Advance(ctx context.Context, id string, c asyncapi.Change) (asyncapi.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := c.Valid(); err != nil {
		return asyncapi.Record{}, err
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

// Discard implements asyncapi.Store.
func (s *Store) Discard(ctx context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if r, ok := s.records[id]; ok && (r.Rank > 0 || r.Redrive > 0) {
		return asyncapi.ErrStale
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
func (s *Store) Put(r asyncapi.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(r)
}

func (s *Store) get(ctx context.Context, id string) (asyncapi.Record, error) {
	if err := ctx.Err(); err != nil {
		return asyncapi.Record{}, err
	}
	r, ok := s.records[id]
	if !ok {
		return r, asyncapi.ErrNotFound
	}
	return clone(r), nil
}

func (s *Store) put(r asyncapi.Record) {
	if s.records == nil {
		s.records = map[string]asyncapi.Record{}
	}
	s.records[r.ID] = clone(r)
}

// clone is r as a store gives it back: sharing nothing with what went in,
// times in UTC, Expires in whole seconds.
func clone(r asyncapi.Record) asyncapi.Record {
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
