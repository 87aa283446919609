package main

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"asynchttpapi/internal/awsenv"
	"asynchttpapi/internal/dynamo"
	"asynchttpapi/internal/template"
	"asynchttpapi/statemachine"
)

const (
	machineName    = "ProcessSubmission"
	functionPrefix = "arn:aws:lambda:us-east-1:123456789012:function:"
	role           = "arn:aws:iam::123456789012:role/local"
)

// config is that of a client of a service on this machine.
func config(service, endpoint string) (aws.Config, error) {
	env := map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
		"AWS_ENDPOINT_URL": endpoint,
	}
	return awsenv.Config(func(name string) string { return env[name] }, service)
}

func newTable(ctx context.Context, endpoint, name string) error {
	cfg, err := config("DYNAMODB", endpoint)
	if err != nil {
		return err
	}
	key := aws.String(dynamo.KeyAttribute)
	_, err = dynamodb.NewFromConfig(cfg).CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{{AttributeName: key, KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: key, AttributeType: types.ScalarAttributeTypeS}},
	})
	if exists := (*types.ResourceInUseException)(nil); errors.As(err, &exists) {
		return nil
	}
	return err
}

// newStateMachine fills the definition in with the functions of the template,
// under the names that sam local start-lambda knows them by.
func newStateMachine(ctx context.Context, endpoint, path string) error {
	tpl, err := template.Read(path)
	if err != nil {
		return err
	}
	functions := map[string]string{}
	for placeholder, id := range tpl.Substitutions {
		functions[strings.ToLower(strings.TrimSuffix(placeholder, "FunctionArn"))] = functionPrefix + id
	}
	definition, err := statemachine.Definition(func(function string) string { return functions[function] })
	if err != nil {
		return err
	}
	cfg, err := config("SFN", endpoint)
	if err != nil {
		return err
	}
	_, err = sfn.NewFromConfig(cfg).CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
		Name: aws.String(machineName), Definition: &definition, RoleArn: aws.String(role),
	})
	return err
}
