package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// Create implements async.Store.
func (s *Store) Create(ctx context.Context, r async.Record) error {
	if err := r.Valid(); err != nil {
		return err
	}
	it, write := recordItem(r), newWrite()
	putText(it, attrWrite, write)
	e := newExpression()
	e.require("attribute_not_exists(%s)", e.name(KeyAttribute))
	err := s.put(ctx, it, e)
	stored, refused, err := s.refused(ctx, submissionKey(r.ID), err)
	if refused && !writtenBy(stored, write) {
		return async.ErrExists
	}
	return err
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

// Advance implements async.Store.
func (s *Store) Advance(ctx context.Context, id string, c async.Change) (async.Record, error) {
	if err := c.Valid(); err != nil {
		return async.Record{}, err
	}
	write := newWrite()
	it, err := s.update(ctx, submissionKey(id), changeExpression(c, write))
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
	if err == nil && !writtenBy(stored, write) {
		err = async.ErrStale
	}
	return r, err
}

// Discard implements async.Store.
func (s *Store) Discard(ctx context.Context, id string) error {
	e := newExpression()
	zero := e.value(&types.AttributeValueMemberN{Value: "0"})
	e.require("attribute_not_exists(%s) OR (%s = %s AND %s = %s)",
		e.name(KeyAttribute), e.name(attrRank), zero, e.name(attrRedrive), zero)
	err := s.remove(ctx, submissionKey(id), e)
	stored, refused, err := s.refused(ctx, submissionKey(id), err)
	if refused && len(stored) > 0 {
		return async.ErrStale
	}
	return err
}

// changeExpression is async.Change.Apply in DynamoDB's terms.
func changeExpression(c async.Change, write string) *expression {
	e, it := newExpression(), item{}
	e.require("attribute_exists(%s)", e.name(KeyAttribute))
	if c.State != nil {
		putState(it, *c.State)
		e.set(it, stateAttributes...)
		requireAfter(e, it)
	}
	if c.Stage != "" {
		decision := e.name(attrDecisions) + "." + e.name(c.Stage)
		e.require("attribute_not_exists(%s)", decision)
		e.sets = append(e.sets, decision+" = "+e.value(&types.AttributeValueMemberS{Value: c.Decision}))
	}
	putTime(it, attrDeadline, c.Deadline)
	putTime(it, attrUpdated, c.At)
	for _, attribute := range []string{attrDeadline, attrUpdated} {
		if _, ok := it[attribute]; ok {
			e.set(it, attribute)
		}
	}
	putText(it, attrWrite, write)
	e.set(it, attrWrite)
	return e
}

// requireAfter is async.State.After in DynamoDB's terms; it has the new state.
func requireAfter(e *expression, it item) {
	redrive, rank := e.value(it[attrRedrive]), e.value(it[attrRank])
	var terminal []any
	for _, status := range []api.Status{api.Succeeded, api.Failed, api.Canceled} {
		terminal = append(terminal, e.value(&types.AttributeValueMemberS{Value: string(status)}))
	}
	placeholders := append([]any{
		e.name(attrRedrive), redrive, e.name(attrRedrive), redrive, e.name(attrRank), rank, e.name(attrStatus),
	}, terminal...)
	e.require("%s < %s OR (%s = %s AND %s < %s AND NOT %s IN (%s, %s, %s))", placeholders...)
}

func writtenBy(stored item, write string) bool {
	r := reader{item: stored}
	return r.text(attrWrite) == write
}
