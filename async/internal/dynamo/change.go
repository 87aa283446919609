package dynamo

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// changeExpression is async.Change.Apply in DynamoDB's terms. A percent that is
// no more than the stored one is left alone, which takes another condition:
// with keepPercent it is at least as high.
func (s *Store) changeExpression(id string, c async.Change, write string, keepPercent bool) (*expression, error) {
	e, it := newExpression(), item{}
	e.require("attribute_exists(%s)", e.name(KeyAttribute))
	if c.State != nil {
		putState(it, *c.State)
		s.putEnd(it, id, *c.State)
		e.set(it, stateAttributes...)
		requireAfter(e, it)
	}
	switch {
	case c.State != nil && c.State.Percent > 0:
		putPercent(it, max(c.State.Percent, c.Percent))
		e.set(it, attrPercent)
	case c.Percent > 0:
		requirePercent(e, it, c.Percent, keepPercent)
	}
	if c.Stage != "" {
		requireOpen(e)
		requireNoOutcome(e, c.Stage)
		if err := setOutcome(e, it, c); err != nil {
			return nil, err
		}
	}
	if c.Waiting != nil || c.Percent > 0 {
		requireOpen(e)
		e.require("%s = %s", e.name(attrRedrive), e.value(number(c.Redrive)))
		e.require("%s = %s", e.name(attrRank), e.value(number(c.Rank)))
	}
	if c.Waiting != nil {
		if c.Waiting.Stage != "" { // DynamoDB refuses an empty name
			requireNoOutcome(e, c.Waiting.Stage)
		}
		attempt := e.name(attrWaitAttempt)
		e.require("attribute_not_exists(%s) OR %s <= %s", attempt, attempt, e.value(number(c.Waiting.Attempt)))
		putWaiting(it, *c.Waiting)
		e.set(it, attrWaitStage, attrWaitToken, attrWaitAnswer, attrWaitAttempt)
	}
	if !c.Overdue.IsZero() {
		seen := item{}
		putTime(seen, attrDeadline, c.Overdue)
		e.require("%s = %s", e.name(attrDeadline), e.value(seen[attrDeadline]))
	}
	putTime(it, attrDeadline, c.Deadline)
	putTime(it, attrUpdated, c.Updated)
	e.setPresent(it, attrDeadline, attrUpdated)
	putText(it, attrWrite, write)
	e.set(it, attrWrite)
	return e, nil
}

// setOutcome writes the outcome of c.Stage and what comes with it.
func setOutcome(e *expression, it item, c async.Change) error {
	putOutcome(it, c.Stage, c.Outcome)
	e.set(it, prefixOutcome+c.Stage)
	for name, value := range c.Values {
		putBytes(it, prefixValue+name, value)
		e.set(it, prefixValue+name)
	}
	putBytes(it, attrResult, c.Result)
	err := putLarge(it, c.Large)
	e.setPresent(it, attrResult, attrLarge)
	if c.Waiting == nil && c.Answer != "" {
		putText(it, attrWaitAnswer, c.Answer)
		e.set(it, attrWaitAnswer)
	}
	return err
}

// requirePercent writes the percent if it is more than the stored one.
func requirePercent(e *expression, it item, percent int, keep bool) {
	name, value := e.name(attrPercent), e.value(number(percent))
	if keep {
		e.require("%s >= %s", name, value)
		return
	}
	e.require("attribute_not_exists(%s) OR %s < %s", name, name, value)
	putPercent(it, percent)
	e.set(it, attrPercent)
}

// requireNoOutcome holds for records of the first version, too.
func requireNoOutcome(e *expression, stage string) {
	e.require("attribute_not_exists(%s)", e.name(prefixOutcome+stage))
	e.require("attribute_not_exists(%s.%s)", e.name(attrDecisions), e.name(oldStage(stage)))
}

// requireOpen is that the record has not ended.
func requireOpen(e *expression) { requireNot(e, api.Succeeded, api.Failed, api.Canceled) }

// requireNot is that the record's status is none of those.
func requireNot(e *expression, statuses ...api.Status) {
	for _, status := range statuses {
		e.require("%s <> %s", e.name(attrStatus), e.value(&types.AttributeValueMemberS{Value: string(status)}))
	}
}

// requireAfter is async.State.After in DynamoDB's terms; it has the new state.
func requireAfter(e *expression, it item) {
	requireNot(e, api.Succeeded, api.Canceled)
	redrive, rank, failed := e.value(it[attrRedrive]), e.value(it[attrRank]), e.value(&types.AttributeValueMemberS{Value: string(api.Failed)})
	e.require("%s < %s OR (%s = %s AND %s < %s AND %s <> %s)",
		e.name(attrRedrive), redrive, e.name(attrRedrive), redrive, e.name(attrRank), rank, e.name(attrStatus), failed)
}
