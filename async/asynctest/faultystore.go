package asynctest

import (
	"context"

	"example.org/asynchttpapi/async"
)

// FaultyStore is a Store whose calls Faults may spoil.
type FaultyStore struct {
	Store  async.Store
	Faults *Faults
}

// Create implements async.Store.
func (s FaultyStore) Create(ctx context.Context, r async.Record) error {
	return s.Faults.call(ctx, "Store.Create", func(ctx context.Context) error { return s.Store.Create(ctx, r) })
}

// Get implements async.Store.
func (s FaultyStore) Get(ctx context.Context, id string) (r async.Record, err error) {
	err = s.Faults.call(ctx, "Store.Get", func(ctx context.Context) (err error) {
		r, err = s.Store.Get(ctx, id)
		return err
	})
	return r, err
}

// Advance implements async.Store.
func (s FaultyStore) Advance(ctx context.Context, id string, c async.Change) (r async.Record, err error) {
	err = s.Faults.call(ctx, "Store.Advance", func(ctx context.Context) (err error) {
		r, err = s.Store.Advance(ctx, id, c)
		return err
	})
	return r, err
}

// Discard implements async.Store.
func (s FaultyStore) Discard(ctx context.Context, id string) error {
	return s.Faults.call(ctx, "Store.Discard", func(ctx context.Context) error { return s.Store.Discard(ctx, id) })
}

// Reserve implements async.Store.
func (s FaultyStore) Reserve(ctx context.Context, r async.Reservation) (stored async.Reservation, mine bool, err error) {
	err = s.Faults.call(ctx, "Store.Reserve", func(ctx context.Context) (err error) {
		stored, mine, err = s.Store.Reserve(ctx, r)
		return err
	})
	return stored, mine, err
}

// Settle implements async.Store.
func (s FaultyStore) Settle(ctx context.Context, key, id string) error {
	return s.Faults.call(ctx, "Store.Settle", func(ctx context.Context) error { return s.Store.Settle(ctx, key, id) })
}

// Release implements async.Store.
func (s FaultyStore) Release(ctx context.Context, key, id string, keepID bool) error {
	return s.Faults.call(ctx, "Store.Release", func(ctx context.Context) error { return s.Store.Release(ctx, key, id, keepID) })
}
