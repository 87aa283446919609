package dynamo_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/async/internal/dynamo"
	"example.org/asynchttpapi/async/internal/dynamo/dynamotest"
)

type table struct {
	client *dynamodb.Client
	name   string
}

func newTable(t *testing.T) table {
	client, name := dynamotest.NewTable(t)
	return table{client, name}
}

func (tb table) store(t *testing.T) *dynamo.Store {
	t.Helper()
	s, err := dynamo.New(dynamotest.Getenv, tb.name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (tb table) item(t *testing.T, key string) map[string]types.AttributeValue {
	t.Helper()
	out, err := tb.client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &tb.name, ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{dynamo.KeyAttribute: &types.AttributeValueMemberS{Value: key}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}
