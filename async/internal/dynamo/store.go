// Package dynamo keeps records in one DynamoDB table: one item for each
// submission, one for its input, and one for each reservation and callback,
// distinguished by a prefix of the key.
// It reads and writes single items by key, never a transaction; what scans the
// table is for operators alone. Ends are listed by an index: see EndedIndex.
package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/awsenv"
)

// The table's schema: KeyAttribute is its only key, a string; TTLAttribute is
// the number of seconds since 1970 after which DynamoDB may delete the item.
const (
	KeyAttribute = "pk"
	TTLAttribute = "ttl"
)

// Store is an async.Store on a DynamoDB table.
type Store struct {
	client *dynamodb.Client
	table  string
	now    func() time.Time
	// indexPage bounds a page of the index.
	indexPage int32
}

var _ async.Store = (*Store)(nil)

// New makes a Store on the table from Lambda's environment; see awsenv.Config.
// It does not call DynamoDB.
func New(getenv func(string) string, table string) (*Store, error) {
	cfg, err := awsenv.Config(getenv, "DYNAMODB")
	if table == "" {
		err = errors.Join(err, errors.New("the table's name is empty"))
	}
	if err != nil {
		return nil, err
	}
	return &Store{client: dynamodb.NewFromConfig(cfg), table: table, now: time.Now, indexPage: indexPage}, nil
}

// Warm connects to DynamoDB ahead of the first call.
func (s *Store) Warm(ctx context.Context) error {
	o := s.client.Options()
	endpoint, err := o.EndpointResolverV2.ResolveEndpoint(ctx, dynamodb.EndpointParameters{
		Region: &o.Region, Endpoint: o.BaseEndpoint,
	})
	if err != nil {
		return awsenv.Wrap("dynamodb endpoint", err)
	}
	return awsenv.Connect(ctx, o.HTTPClient, endpoint.URI.String())
}

// read returns the item of key, nil where there is none.
func (s *Store) read(ctx context.Context, key string) (item, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: keyOf(key), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, awsenv.Wrap("dynamodb GetItem", err)
	}
	return out.Item, nil
}

// put writes a whole item where e's condition holds.
func (s *Store) put(ctx context.Context, it item, e *expression) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: it,
		ConditionExpression: e.condition(), ExpressionAttributeNames: e.namesOrNil(), ExpressionAttributeValues: e.valuesOrNil(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	return awsenv.Wrap("dynamodb PutItem", err)
}

// update applies e to the item of key and returns it as it is then.
func (s *Store) update(ctx context.Context, key string, e *expression) (item, error) {
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: keyOf(key), UpdateExpression: e.update(), ReturnValues: types.ReturnValueAllNew,
		ConditionExpression: e.condition(), ExpressionAttributeNames: e.namesOrNil(), ExpressionAttributeValues: e.valuesOrNil(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if err != nil {
		return nil, awsenv.Wrap("dynamodb UpdateItem", err)
	}
	return out.Attributes, nil
}

// remove deletes the item of key where e's condition holds, and returns what it
// was: nothing there is no error of DynamoDB's.
func (s *Store) remove(ctx context.Context, key string, e *expression) (item, error) {
	out, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.table, Key: keyOf(key), ReturnValues: types.ReturnValueAllOld,
		ConditionExpression: e.condition(), ExpressionAttributeNames: e.namesOrNil(), ExpressionAttributeValues: e.valuesOrNil(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if err != nil {
		return nil, awsenv.Wrap("dynamodb DeleteItem", err)
	}
	return out.Attributes, nil
}

// refused reports whether err is a condition that did not hold, and returns the
// item that is stored, nil where there is none. DynamoDB sends the item along;
// emulators that do not are asked for it.
func (s *Store) refused(ctx context.Context, key string, err error) (stored item, refused bool, _ error) {
	failed := (*types.ConditionalCheckFailedException)(nil)
	if !errors.As(err, &failed) {
		return nil, false, err
	}
	if len(failed.Item) > 0 {
		return failed.Item, true, nil
	}
	stored, err = s.read(ctx, key)
	return stored, err == nil, err
}
