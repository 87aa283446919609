package dynamo

import (
	"context"

	"example.org/asynchttpapi/async"
)

var _ async.Paces = (*Store)(nil)

const attrPace = "pace"

func paceKey(job string) string { return "pace#" + job }

// Pace implements async.Paces.
func (s *Store) Pace(ctx context.Context, job string) ([]byte, error) {
	it, err := s.read(ctx, paceKey(job))
	r := reader{item: it}
	if err != nil || len(it) == 0 {
		return nil, err
	}
	return r.bytes(attrPace), r.err
}

// SavePace implements async.Paces.
func (s *Store) SavePace(ctx context.Context, job string, was, now []byte) error {
	it, e := item{}, newExpression()
	putBytes(it, attrPace, now)
	e.set(it, attrPace)
	if was == nil {
		e.require("attribute_not_exists(%s)", e.name(KeyAttribute))
	} else {
		putBytes(it, attrPace, was)
		e.require("%s = %s", e.name(attrPace), e.value(it[attrPace]))
	}
	_, err := s.update(ctx, paceKey(job), e)
	if err == nil {
		return nil
	}
	_, refused, err := s.refused(ctx, paceKey(job), err)
	if refused {
		return async.ErrStale
	}
	return err
}
