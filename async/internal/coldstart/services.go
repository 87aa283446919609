package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/async/internal/awsenv"
	"example.org/asynchttpapi/async/internal/dynamo"
)

const table = "coldstart"

// newTable makes the table, on a DynamoDB that has just been started.
func newTable(ctx context.Context, endpoint string) error {
	env := map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_ENDPOINT_URL_DYNAMODB": endpoint,
	}
	cfg, err := awsenv.Config(func(name string) string { return env[name] }, "DYNAMODB")
	if err != nil {
		return err
	}
	_, err = dynamodb.NewFromConfig(cfg).CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:            aws.String(table),
		BillingMode:          types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String(dynamo.KeyAttribute), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String(dynamo.KeyAttribute), AttributeType: types.ScalarAttributeTypeS}},
	})
	return err
}

// newStepFunctions starts every execution that it is asked to.
func newStepFunctions() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		fmt.Fprint(w, `{"executionArn":"arn:aws:states:us-east-1:123456789012:execution:coldstart:any","startDate":1}`)
	}))
}
