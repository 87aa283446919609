// Package sfn starts, stops and looks at executions on AWS Step Functions, and
// answers their tasks.
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
func (w *Workflows) Outcome(ctx context.Context, id string) (async.Execution, error) {
	out, err := w.client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{
		ExecutionArn: aws.String(w.executions + id), IncludedData: types.IncludedDataMetadataOnly,
	})
	if unknown := (*types.ExecutionDoesNotExist)(nil); errors.As(err, &unknown) {
		return async.Execution{}, async.ErrNotFound
	}
	if err != nil {
		return async.Execution{}, awsenv.Wrap("sfn DescribeExecution", err)
	}
	o, err := outcomeOf(out.Status)
	o.Redrive = int(aws.ToInt32(out.RedriveCount))
	return o, err
}

// Stop implements async.Workflows. Step Functions accepts a stop of an execution
// that has ended, and leaves it as it is.
func (w *Workflows) Stop(ctx context.Context, id string) error {
	_, err := w.client.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: aws.String(w.executions + id)})
	if unknown := (*types.ExecutionDoesNotExist)(nil); errors.As(err, &unknown) {
		return nil
	}
	return awsenv.Wrap("sfn StopExecution", err)
}

// Complete implements async.Workflows.
func (w *Workflows) Complete(ctx context.Context, token string, output []byte) error {
	_, err := w.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(string(output))})
	return taskError("sfn SendTaskSuccess", err)
}

// Fail implements async.Workflows.
func (w *Workflows) Fail(ctx context.Context, token, name string) error {
	_, err := w.client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &token, Error: &name})
	return taskError("sfn SendTaskFailure", err)
}

// Heartbeat implements async.Workflows.
func (w *Workflows) Heartbeat(ctx context.Context, token string) error {
	_, err := w.client.SendTaskHeartbeat(ctx, &sfn.SendTaskHeartbeatInput{TaskToken: &token})
	return taskError("sfn SendTaskHeartbeat", err)
}

// taskError is async.ErrNotFound for a task that does not wait with its token:
// it has been answered, has timed out or was stopped, or there never was one.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
func taskError(call string, err error) error {
	var (
		unknown   *types.TaskDoesNotExist
		over      *types.TaskTimedOut
		malformed *types.InvalidToken
	)
	if errors.As(err, &unknown) || errors.As(err, &over) || errors.As(err, &malformed) {
		return async.ErrNotFound
	}
	return awsenv.Wrap(call, err)
}

func outcomeOf(status types.ExecutionStatus) (async.Execution, error) {
	switch status {
	case types.ExecutionStatusRunning, types.ExecutionStatusPendingRedrive:
		return async.Execution{Status: api.Running}, nil
	case types.ExecutionStatusSucceeded:
		return async.Execution{Status: api.Succeeded}, nil
	case types.ExecutionStatusFailed:
		return async.Execution{Status: api.Failed}, nil
	case types.ExecutionStatusTimedOut:
		return async.Execution{Status: api.Failed, TimedOut: true}, nil
	case types.ExecutionStatusAborted:
		return async.Execution{Status: api.Canceled}, nil
	}
	return async.Execution{}, fmt.Errorf("sfn DescribeExecution: unknown status %q", status)
}
