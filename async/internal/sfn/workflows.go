// Package sfn starts and looks at executions on AWS Step Functions.
package sfn

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/awsenv"
)

// Workflows is an async.Workflows on one Standard state machine.
type Workflows struct {
	client     *sfn.Client
	machine    string
	executions string
}

var _ async.Workflows = (*Workflows)(nil)

// New makes a Workflows from Lambda's environment, see awsenv.Config. machine
// is the ARN of a state machine, or of a version or alias of one. It does not
// call Step Functions.
func New(getenv func(string) string, machine string) (*Workflows, error) {
	cfg, err := awsenv.Config(getenv, "SFN")
	executions, badARN := executionPrefix(machine)
	if err := errors.Join(err, badARN); err != nil {
		return nil, err
	}
	return &Workflows{client: sfn.NewFromConfig(cfg), machine: machine, executions: executions}, nil
}

// Warm connects to Step Functions ahead of the first call.
func (w *Workflows) Warm(ctx context.Context) error {
	o := w.client.Options()
	endpoint, err := o.EndpointResolverV2.ResolveEndpoint(ctx, sfn.EndpointParameters{
		Region: &o.Region, Endpoint: o.BaseEndpoint,
	})
	if err != nil {
		return awsenv.Wrap("sfn endpoint", err)
	}
	return awsenv.Connect(ctx, o.HTTPClient, endpoint.URI.String())
}

// Start implements async.Workflows. Step Functions keeps names for 90 days
// after an execution has closed,
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html.
func (w *Workflows) Start(ctx context.Context, id string, input []byte) error {
	_, err := w.client.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: &w.machine, Name: &id, Input: aws.String(string(input)),
	})
	if exists := (*types.ExecutionAlreadyExists)(nil); errors.As(err, &exists) {
		return nil
	}
	return awsenv.Wrap("sfn StartExecution", err)
}

// Outcome implements async.Workflows. It asks for the metadata alone.
func (w *Workflows) Outcome(ctx context.Context, id string) (async.Outcome, error) {
	out, err := w.client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{
		ExecutionArn: aws.String(w.executions + id), IncludedData: types.IncludedDataMetadataOnly,
	})
	if unknown := (*types.ExecutionDoesNotExist)(nil); errors.As(err, &unknown) {
		return async.Outcome{}, async.ErrNotFound
	}
	if err != nil {
		return async.Outcome{}, awsenv.Wrap("sfn DescribeExecution", err)
	}
	o, err := outcomeOf(out.Status)
	o.Redrive = int(aws.ToInt32(out.RedriveCount))
	return o, err
}

func outcomeOf(status types.ExecutionStatus) (async.Outcome, error) {
	switch status {
	case types.ExecutionStatusRunning, types.ExecutionStatusPendingRedrive:
		return async.Outcome{Status: api.Running}, nil
	case types.ExecutionStatusSucceeded:
		return async.Outcome{Status: api.Succeeded}, nil
	case types.ExecutionStatusFailed:
		return async.Outcome{Status: api.Failed}, nil
	case types.ExecutionStatusTimedOut:
		return async.Outcome{Status: api.Failed, TimedOut: true}, nil
	case types.ExecutionStatusAborted:
		return async.Outcome{Status: api.Canceled}, nil
	}
	return async.Outcome{}, fmt.Errorf("sfn DescribeExecution: unknown status %q", status)
}
