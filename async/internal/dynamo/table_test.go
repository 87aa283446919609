package dynamo_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/async/internal/awsenv"
	"example.org/asynchttpapi/async/internal/dynamo"
)

// endpoint names the environment variable with a DynamoDB for the tests:
// dynalite, DynamoDB Local, or AWS with credentials in the usual variables.
const endpoint = "DYNAMODB_ENDPOINT"

// getenv is the environment of a function that uses that DynamoDB.
func getenv(name string) string {
	defaults := map[string]string{
		"AWS_ENDPOINT_URL_DYNAMODB": os.Getenv(endpoint),
		"AWS_REGION":                "us-east-1",
		"AWS_ACCESS_KEY_ID":         "test",
		"AWS_SECRET_ACCESS_KEY":     "test",
	}
	return cmp.Or(os.Getenv(name), defaults[name])
}

type table struct {
	client *dynamodb.Client
	name   string
}

// newTable makes a table that goes with the test, or skips the test where
// there is no DynamoDB to make it in.
func newTable(t *testing.T) table {
	if os.Getenv(endpoint) == "" {
		t.Skipf("NOT RUN: %s is not set; .ci/dynalite/run sets it", endpoint)
	}
	cfg, err := awsenv.Config(getenv, "DYNAMODB")
	if err != nil {
		t.Fatal(err)
	}
	tb := table{client: dynamodb.NewFromConfig(cfg), name: "test-" + rand.Text()}
	_, err = tb.client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:   &tb.name,
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   []types.KeySchemaElement{{AttributeName: aws.String(dynamo.KeyAttribute), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String(dynamo.KeyAttribute), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String(dynamo.EndedPartition), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String(dynamo.EndedSort), AttributeType: types.ScalarAttributeTypeS},
		},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String(dynamo.EndedIndex),
			KeySchema: []types.KeySchemaElement{
				{AttributeName: aws.String(dynamo.EndedPartition), KeyType: types.KeyTypeHash},
				{AttributeName: aws.String(dynamo.EndedSort), KeyType: types.KeyTypeRange},
			},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{dynamo.EndedScope}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tb.drop)
	ready := dynamodb.NewTableExistsWaiter(tb.client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay = 100 * time.Millisecond })
	if err := ready.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &tb.name}, time.Minute); err != nil {
		t.Fatal(err)
	}
	return tb
}

func (tb table) drop() {
	_, _ = tb.client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &tb.name})
}

func (tb table) store(t *testing.T) *dynamo.Store {
	t.Helper()
	s, err := dynamo.New(getenv, tb.name)
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
