package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/async"
)

const (
	attrSubmission  = "submission"
	attrFingerprint = "fingerprint"
	attrSettled     = "settled"
	attrLease       = "lease"
	attrCancel      = "cancel"
)

var reservationAttributes = []string{
	attrSubmission, attrFingerprint, attrSettled, attrLease, attrCancel, TTLAttribute, attrWrite,
}

// attempts bounds how often a write looks again: each further look means that
// another one has just written.
const attempts = 10

var errContended = errors.New("dynamodb: the item changes too fast")

func reservationKey(key string) string { return "reservation#" + key }

// Reserve implements async.Store. It is a loop of compare and swap: claim
// what was last seen, and write if that is still what is stored.
func (s *Store) Reserve(ctx context.Context, r async.Reservation) (async.Reservation, bool, error) {
	if err := r.Valid(); err != nil {
		return async.Reservation{}, false, err
	}
	var seen item
	for range attempts {
		stored, err := reservationOf(r.Key, seen)
		if err != nil {
			return async.Reservation{}, false, err
		}
		kept, mine := r.Claim(stored)
		if !mine {
			return kept, false, nil
		}
		it := reservationItem(kept, newWrite())
		seen, err = s.swap(ctx, reservationKey(r.Key), seen, it)
		if err != nil {
			return async.Reservation{}, false, err
		}
		if seen != nil && sameWrite(seen, it) {
			kept, err := reservationOf(r.Key, seen)
			return *kept, err == nil, err
		}
	}
	return async.Reservation{}, false, errContended
}

// Settle implements async.Store.
func (s *Store) Settle(ctx context.Context, key, id string) error {
	it := item{attrSettled: &types.AttributeValueMemberBOOL{Value: true}}
	putText(it, attrWrite, newWrite())
	e := newExpression()
	e.set(it, attrSettled, attrWrite)
	e.require("%s = %s", e.name(attrSubmission), e.value(&types.AttributeValueMemberS{Value: id}))
	_, err := s.update(ctx, reservationKey(key), e)
	stored, refused, err := s.refused(ctx, reservationKey(key), err)
	switch {
	case refused && len(stored) == 0:
		return async.ErrNotFound
	case refused:
		return async.ErrStale
	}
	return err
}

// Release implements async.Store.
func (s *Store) Release(ctx context.Context, key, id string, keepID bool) error {
	e := newExpression()
	e.require("%s = %s", e.name(attrSubmission), e.value(&types.AttributeValueMemberS{Value: id}))
	e.require("%s = %s", e.name(attrSettled), e.value(&types.AttributeValueMemberBOOL{}))
	var err error
	if keepID {
		it := item{}
		putText(it, attrWrite, newWrite())
		e.set(it, attrLease, attrWrite)
		_, err = s.update(ctx, reservationKey(key), e)
	} else {
		_, err = s.remove(ctx, reservationKey(key), e)
	}
	if failed := (*types.ConditionalCheckFailedException)(nil); errors.As(err, &failed) {
		return nil
	}
	return err
}

// swap writes it if seen, nil for nothing, is what is stored, and returns what
// is stored then: by the name of its write it is the caller's or another's.
func (s *Store) swap(ctx context.Context, key string, seen, it item) (item, error) {
	e := newExpression()
	if len(seen) == 0 {
		e.require("attribute_not_exists(%s)", e.name(KeyAttribute))
	} else {
		e.require("%s = %s", e.name(attrWrite), e.value(seen[attrWrite]))
	}
	e.set(it, reservationAttributes...)
	stored, err := s.update(ctx, key, e)
	if err != nil {
		stored, _, err = s.refused(ctx, key, err)
	}
	return stored, err
}

func reservationItem(r async.Reservation, write string) item {
	it := item{attrSettled: &types.AttributeValueMemberBOOL{Value: r.Settled}}
	putText(it, attrSubmission, r.ID)
	putText(it, attrFingerprint, r.Fingerprint)
	putText(it, attrCancel, r.Cancel)
	putTime(it, attrLease, r.Lease)
	putExpiry(it, r.Expires)
	putText(it, attrWrite, write)
	return it
}

// reservationOf is nil for no item.
func reservationOf(key string, it item) (*async.Reservation, error) {
	if len(it) == 0 {
		return nil, nil
	}
	r := reader{item: it}
	return &async.Reservation{
		Key:         key,
		ID:          r.text(attrSubmission),
		Fingerprint: r.text(attrFingerprint),
		Cancel:      r.text(attrCancel),
		Settled:     r.flag(attrSettled),
		Lease:       r.time(attrLease),
		Expires:     r.expiry(),
	}, r.err
}

func sameWrite(a, b item) bool {
	r := reader{item: b}
	return writtenBy(a, r.text(attrWrite))
}
