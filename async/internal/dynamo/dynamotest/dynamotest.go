// Package dynamotest makes tables for tests.
package dynamotest

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

// Endpoint names the environment variable with a DynamoDB for the tests: dynalite,
// DynamoDB Local, or AWS with credentials in the usual variables.
const Endpoint = "DYNAMODB_ENDPOINT"

// Getenv is the environment of a function that uses that DynamoDB.
func Getenv(name string) string {
	defaults := map[string]string{
		"AWS_ENDPOINT_URL_DYNAMODB": os.Getenv(Endpoint),
		"AWS_REGION":                "us-east-1",
		"AWS_ACCESS_KEY_ID":         "test",
		"AWS_SECRET_ACCESS_KEY":     "test",
	}
	return cmp.Or(os.Getenv(name), defaults[name])
}

// NewTable makes a table that goes with the test, and returns its name. It skips
// the test where there is no DynamoDB to make it in.
func NewTable(t *testing.T) (client *dynamodb.Client, name string) {
	t.Helper()
	if os.Getenv(Endpoint) == "" {
		t.Skipf("NOT RUN: %s is not set; .ci/dynalite/run sets it", Endpoint)
	}
	cfg, err := awsenv.Config(Getenv, "DYNAMODB")
	if err != nil {
		t.Fatal(err)
	}
	client, name = dynamodb.NewFromConfig(cfg), "test-"+rand.Text()
	_, err = client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:   &name,
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
	t.Cleanup(func() { _, _ = client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name}) })
	ready := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay = 100 * time.Millisecond })
	if err := ready.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &name}, time.Minute); err != nil {
		t.Fatal(err)
	}
	return client, name
}
