package dynamo

import (
	"context"

	"example.org/asynchttpapi/async"
)

const attrStage = "stage"

func callbackKey(hash string) string { return "callback#" + hash }

// PutCallback implements async.Store.
func (s *Store) PutCallback(ctx context.Context, hash string, c async.CallbackRef) error {
	it := keyOf(callbackKey(hash))
	putText(it, attrSubmission, c.ID)
	putText(it, attrStage, c.Stage)
	putExpiry(it, c.Expires)
	return s.put(ctx, it, newExpression())
}

// Callback implements async.Store.
func (s *Store) Callback(ctx context.Context, hash string) (async.CallbackRef, error) {
	it, err := s.read(ctx, callbackKey(hash))
	if err != nil {
		return async.CallbackRef{}, err
	}
	if len(it) == 0 {
		return async.CallbackRef{}, async.ErrNotFound
	}
	r := reader{item: it}
	return async.CallbackRef{ID: r.text(attrSubmission), Stage: r.text(attrStage), Expires: r.expiry()}, r.err
}
