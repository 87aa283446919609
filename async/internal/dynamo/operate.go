package dynamo

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/awsenv"
)

// listed are the attributes that Each reads: what is personal stays where it is.
var listed = []string{
	KeyAttribute, TTLAttribute, attrJob, attrStatus, attrCustomStatus, attrErrorCode, attrRedrive, attrRank, attrPercent,
	attrBegan, attrDue, attrWaitStage, attrCreated, attrUpdated, attrDeadline,
}

// Each calls found with every record, in no order, until found returns an error.
// The records have no input, outcomes, values or results. It is for operators:
// it reads the whole table, and is billed for that.
func (s *Store) Each(ctx context.Context, found func(async.Record) error) error {
	e := newExpression()
	prefix := submissionKey("")
	e.require("begins_with(%s, %s)", e.name(KeyAttribute), e.value(&types.AttributeValueMemberS{Value: prefix}))
	return s.scan(ctx, e, listed, func(it item) error {
		r := reader{item: it}
		record, err := recordOf(strings.TrimPrefix(r.text(KeyAttribute), prefix), it)
		if err != nil {
			return err
		}
		return found(record)
	})
}

// Purge removes all items that belong to a submission: callbacks, reservations,
// its input, and its record last, so that an interrupted purge can be repeated.
// It is for operators: finding the first two reads the whole table.
func (s *Store) Purge(ctx context.Context, id string) (items int, err error) {
	e := newExpression()
	e.require("%s = %s", e.name(attrSubmission), e.value(&types.AttributeValueMemberS{Value: id}))
	var keys []string
	err = s.scan(ctx, e, []string{KeyAttribute}, func(it item) error {
		r := reader{item: it}
		keys = append(keys, r.text(KeyAttribute))
		return r.err
	})
	if err != nil {
		return 0, err
	}
	for _, key := range append(keys, inputKey(id), submissionKey(id)) {
		was, err := s.remove(ctx, key, newExpression())
		if err != nil {
			return items, err
		}
		if len(was) > 0 {
			items++
		}
	}
	return items, nil
}

// scan reads the attributes of all items that e's condition holds for.
func (s *Store) scan(ctx context.Context, e *expression, attributes []string, found func(item) error) error {
	var names []string
	for _, attribute := range attributes {
		names = append(names, e.name(attribute))
	}
	pages := dynamodb.NewScanPaginator(s.client, &dynamodb.ScanInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), FilterExpression: e.condition(),
		ProjectionExpression:     aws.String(strings.Join(names, ", ")),
		ExpressionAttributeNames: e.namesOrNil(), ExpressionAttributeValues: e.valuesOrNil(),
	})
	line := awsenv.Patient()
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, func(o *dynamodb.Options) { o.HTTPClient = line })
		if err != nil {
			return awsenv.Wrap("dynamodb Scan", err)
		}
		for _, it := range page.Items {
			if err := found(it); err != nil {
				return err
			}
		}
	}
	return nil
}
