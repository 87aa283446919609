package dynamo

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/async"
)

func inputKey(id string) string { return "input#" + id }

// Create implements async.Store. The input is an item of its own: a status
// change costs by the size of the item that it writes to. It is written first
// and claims the id, so that a record always has its input. One that is left
// without its record goes with its TTL.
func (s *Store) Create(ctx context.Context, r async.Record, input json.RawMessage) error {
	if err := errors.Join(r.Valid(), async.ValidInput(input)); err != nil {
		return err
	}
	write := newWrite()
	it, err := recordItem(r)
	if err != nil {
		return err
	}
	putText(it, attrWrite, write)
	in := keyOf(inputKey(r.ID))
	putBytes(in, attrPayload, input)
	putExpiry(in, r.Expires)
	putText(in, attrWrite, write)
	if err := s.putNew(ctx, inputKey(r.ID), in, write); err != nil {
		return err
	}
	err = s.putNew(ctx, submissionKey(r.ID), it, write)
	if errors.Is(err, async.ErrExists) {
		// A record of the first version has its input with it.
		_, undone := s.remove(ctx, inputKey(r.ID), ownWrite(write))
		if undone != nil {
			return undone
		}
	}
	return err
}

// putNew writes an item where there is none, or returns async.ErrExists. One
// that has this write's name was made by an attempt whose answer was lost.
func (s *Store) putNew(ctx context.Context, key string, it item, write string) error {
	e := newExpression()
	e.require("attribute_not_exists(%s)", e.name(KeyAttribute))
	stored, refused, err := s.refused(ctx, key, s.put(ctx, it, e))
	if refused && !writtenBy(stored, write) {
		return async.ErrExists
	}
	return err
}

// ownWrite is the condition that an item was written by this write.
func ownWrite(write string) *expression {
	e := newExpression()
	e.require("attribute_not_exists(%s) OR %s = %s",
		e.name(KeyAttribute), e.name(attrWrite), e.value(&types.AttributeValueMemberS{Value: write}))
	return e
}

// Get implements async.Store.
func (s *Store) Get(ctx context.Context, id string) (async.Record, error) {
	it, err := s.read(ctx, submissionKey(id))
	if err != nil {
		return async.Record{}, err
	}
	if len(it) == 0 {
		return async.Record{}, async.ErrNotFound
	}
	return recordOf(id, it)
}

// Input implements async.Store. That of the first version is in the record's item.
func (s *Store) Input(ctx context.Context, id string) (json.RawMessage, error) {
	it, err := s.read(ctx, inputKey(id))
	if err == nil && len(it) == 0 {
		it, err = s.read(ctx, submissionKey(id))
		if _, ok := it[attrPayload]; err == nil && !ok {
			err = async.ErrNotFound
		}
	}
	if err != nil {
		return nil, err
	}
	r := reader{item: it}
	return r.bytes(attrPayload), r.err
}

// Advance implements async.Store. Where the percent alone keeps the change from
// being written, it is written without.
func (s *Store) Advance(ctx context.Context, id string, c async.Change) (async.Record, error) {
	if err := c.Valid(); err != nil {
		return async.Record{}, err
	}
	write, keepPercent := newWrite(), false
	for range attempts {
		e, err := s.changeExpression(id, c, write, keepPercent)
		if err != nil {
			return async.Record{}, err
		}
		it, err := s.update(ctx, submissionKey(id), e)
		if err == nil {
			return recordOf(id, it)
		}
		stored, refused, err := s.refused(ctx, submissionKey(id), err)
		if !refused {
			return async.Record{}, err
		}
		if len(stored) == 0 {
			return async.Record{}, async.ErrNotFound
		}
		r, err := recordOf(id, stored)
		if err != nil || writtenBy(stored, write) {
			return r, err
		}
		if _, err := c.Apply(r); err != nil {
			return r, err
		}
		keepPercent = r.Percent >= c.Percent
	}
	return async.Record{}, errContended
}

// Discard implements async.Store. The input goes only with its record: one that
// appears late needs it.
func (s *Store) Discard(ctx context.Context, id string) error {
	e := newExpression()
	zero := e.value(&types.AttributeValueMemberN{Value: "0"})
	e.require("attribute_not_exists(%s) OR (%s = %s AND %s = %s)",
		e.name(KeyAttribute), e.name(attrRank), zero, e.name(attrRedrive), zero)
	removed, err := s.remove(ctx, submissionKey(id), e)
	stored, refused, err := s.refused(ctx, submissionKey(id), err)
	if refused && len(stored) > 0 {
		return async.ErrStale
	}
	if err != nil || len(removed) == 0 {
		return err
	}
	_, err = s.remove(ctx, inputKey(id), newExpression())
	return err
}

func writtenBy(stored item, write string) bool {
	r := reader{item: stored}
	return r.text(attrWrite) == write
}
