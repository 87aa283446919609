package asynctest

import (
	"context"

	"example.org/asynchttpapi/internal/asyncapi"
)

// FaultyStore is a Store whose calls Faults may spoil.
type FaultyStore struct {
	Store  asyncapi.Store
	Faults *Faults
}

// Create implements asyncapi.Store.
func (s FaultyStore) Create(ctx context.Context, r asyncapi.Record) error {
	return s.Faults.call(ctx, "Store.Create", func(ctx context.Context) error { return s.Store.Create(ctx, r) })
}

// Get implements asyncapi.Store.
func (s FaultyStore) Get(ctx context.Context, id string) (r asyncapi.Record, err error) {
	err = s.Faults.call(ctx, "Store.Get", func(ctx context.Context) (err error) {
		r, err = s.Store.Get(ctx, id)
		return err
	})
	return r, err
}

// Advance implements asyncapi.Store.
func (s FaultyStore) Advance(ctx context.Context, id string, c asyncapi.Change) (r asyncapi.Record, err error) {
	err = s.Faults.call(ctx, "Store.Advance", func(ctx context.Context) (err error) {
		r, err = s.Store.Advance(ctx, id, c)
		return err
	})
	return r, err
}

// Discard implements asyncapi.Store.
func (s FaultyStore) Discard(ctx context.Context, id string) error {
	return s.Faults.call(ctx, "Store.Discard", func(ctx context.Context) error { return s.Store.Discard(ctx, id) })
}

// Reserve implements asyncapi.Store.
func (s FaultyStore) Reserve(ctx context.Context, r asyncapi.Reservation) (stored asyncapi.Reservation, mine bool, err error) {
	err = s.Faults.call(ctx, "Store.Reserve", func(ctx context.Context) (err error) {
		stored, mine, err = s.Store.Reserve(ctx, r)
		return err
	})
	return stored, mine, err
}

// Settle implements asyncapi.Store.
func (s FaultyStore) Settle(ctx context.Context, key, id string) error {
	return s.Faults.call(ctx, "Store.Settle", func(ctx context.Context) error { return s.Store.Settle(ctx, key, id) })
}

// Release implements asyncapi.Store.
func (s FaultyStore) Release(ctx context.Context, key, id string, keepID bool) error {
	return s.Faults.call(ctx, "Store.Release", func(ctx context.Context) error { return s.Store.Release(ctx, key, id, keepID) })
}
