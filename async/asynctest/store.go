// Package asynctest tests jobs in memory and in virtual time: a stage of two
// days takes no time at all. See Run and Submit.
//
// It also has the fakes below them, a Store, a Workflows and a Results in
// memory, faults to inject into them, and the conformance suites that every
// adapter of these ports passes: TestStore, TestWorkflows, TestResults.
package asynctest

import (
	"bytes"
	"cmp"
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
	inputs       map[string]json.RawMessage
	reservations map[string]async.Reservation
	callbacks    map[string]async.CallbackRef
	ends         map[string]end
	// now is time.Now if nil.
	now   func() time.Time
	paces map[string][]byte
	// written, if not nil, is called for each state of a record that is stored.
	written func(async.Record)
}

// lock locks the store for one call, unless ctx has ended or what is to be
// written is not valid.
func (s *Store) lock(ctx context.Context, valid ...error) (unlock func(), err error) {
	if err := cmp.Or(append([]error{ctx.Err()}, valid...)...); err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.records == nil {
		s.records, s.inputs = map[string]async.Record{}, map[string]json.RawMessage{}
		s.reservations, s.callbacks = map[string]async.Reservation{}, map[string]async.CallbackRef{}
		s.ends = map[string]end{}
		s.paces = map[string][]byte{}
	}
	return s.mu.Unlock, nil
}

// Create implements async.Store.
func (s *Store) Create(ctx context.Context, r async.Record, input json.RawMessage) error {
	unlock, err := s.lock(ctx, r.Valid(), async.ValidInput(input))
	if err != nil {
		return err
	}
	defer unlock()
	if _, ok := s.records[r.ID]; ok {
		return async.ErrExists
	}
	s.inputs[r.ID] = bytes.Clone(input)
	s.put(r)
	return nil
}

// Get implements async.Store.
func (s *Store) Get(ctx context.Context, id string) (async.Record, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return async.Record{}, err
	}
	defer unlock()
	return s.get(id)
}

// Input implements async.Store.
func (s *Store) Input(ctx context.Context, id string) (json.RawMessage, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	input, ok := s.inputs[id]
	if !ok {
		return nil, async.ErrNotFound
	}
	return bytes.Clone(input), nil
}

// Advance implements async.Store.
func (s *Store) Advance(ctx context.Context, id string, c async.Change) (async.Record, error) {
	unlock, err := s.lock(ctx, c.Valid())
	if err != nil {
		return async.Record{}, err
	}
	defer unlock()
	r, err := s.get(id)
	if err != nil {
		return r, err
	}
	next, err := c.Apply(r)
	if err != nil {
		return r, err
	}
	s.put(next)
	if c.State != nil {
		s.noteEnd(next)
	}
	return s.get(id)
}

// Discard implements async.Store.
func (s *Store) Discard(ctx context.Context, id string) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if r, ok := s.records[id]; ok && (r.Rank > 0 || r.Redrive > 0) {
		return async.ErrStale
	}
	delete(s.records, id)
	delete(s.inputs, id)
	return nil
}

// Reserve implements async.Store.
func (s *Store) Reserve(ctx context.Context, r async.Reservation) (async.Reservation, bool, error) {
	unlock, err := s.lock(ctx, r.Valid())
	if err != nil {
		return async.Reservation{}, false, err
	}
	defer unlock()
	r.Lease, r.Expires = r.Lease.UTC(), wholeSeconds(r.Expires)
	var stored *async.Reservation
	if found, ok := s.reservations[r.Key]; ok {
		stored = &found
	}
	kept, mine := r.Claim(stored)
	s.reservations[r.Key] = kept
	return kept, mine, nil
}

// Settle implements async.Store.
func (s *Store) Settle(ctx context.Context, key, id string) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	r, ok := s.reservations[key]
	switch {
	case !ok:
		return async.ErrNotFound
	case r.ID != id:
		return async.ErrStale
	}
	r.Settled = true
	s.reservations[key] = r
	return nil
}

// Release implements async.Store.
func (s *Store) Release(ctx context.Context, key, id string, keepID bool) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	r, ok := s.reservations[key]
	switch {
	case !ok || r.ID != id || r.Settled:
	case keepID:
		r.Lease = time.Time{}
		s.reservations[key] = r
	default:
		delete(s.reservations, key)
	}
	return nil
}

// PutCallback implements async.Store.
func (s *Store) PutCallback(ctx context.Context, hash string, c async.CallbackRef) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	c.Expires = wholeSeconds(c.Expires)
	s.callbacks[hash] = c
	return nil
}

// Callback implements async.Store.
func (s *Store) Callback(ctx context.Context, hash string) (async.CallbackRef, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return async.CallbackRef{}, err
	}
	defer unlock()
	c, ok := s.callbacks[hash]
	if !ok {
		return c, async.ErrNotFound
	}
	return c, nil
}

// IDs returns the ids of all records, sorted.
func (s *Store) IDs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.records))
}

// Put writes r over whatever is there, for tests that arrange a record. The
// input stays as it is, and is an empty object where there is none.
func (s *Store) Put(r async.Record) {
	unlock, err := s.lock(context.Background())
	if err != nil {
		panic(err) // the context does not end
	}
	defer unlock()
	if s.inputs[r.ID] == nil {
		s.inputs[r.ID] = json.RawMessage(`{}`)
	}
	s.put(r)
}

func (s *Store) get(id string) (async.Record, error) {
	r, ok := s.records[id]
	if !ok {
		return r, async.ErrNotFound
	}
	return clone(r), nil
}

func (s *Store) put(r async.Record) {
	s.records[r.ID] = clone(r)
	if s.written != nil {
		s.written(clone(r))
	}
}

// clone returns r as a store gives it back: sharing nothing with what went in,
// times in UTC, Expires in whole seconds.
func clone(r async.Record) async.Record {
	r.Outcomes = maps.Clone(r.Outcomes)
	r.Values = maps.Clone(r.Values)
	for name, value := range r.Values {
		r.Values[name] = bytes.Clone(value)
	}
	r.Result = bytes.Clone(r.Result)
	if r.Large != nil {
		large := *r.Large
		r.Large = &large
	}
	if r.Error != nil {
		e := *r.Error
		r.Error = &e
	}
	r.Created, r.Updated, r.Deadline = r.Created.UTC(), r.Updated.UTC(), r.Deadline.UTC()
	r.Began, r.Due = r.Began.UTC(), r.Due.UTC()
	r.Expires = wholeSeconds(r.Expires)
	return r
}

func wholeSeconds(t time.Time) time.Time {
	return t.Add(time.Second - time.Nanosecond).Truncate(time.Second).UTC()
}
