package wire_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
	"example.org/asynchttpapi/stepfunctions/internal/wire"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"
)

// api is the whole protocol: an engine over a journal in memory, served over
// HTTP, and AWS's client configured with nothing but the address.
type api struct {
	*testing.T
	*sfn.Client
	engine  *engine.Engine
	invoker *enginetest.Invoker
}

func newAPI(t *testing.T) *api {
	t.Helper()
	a := &api{T: t, invoker: &enginetest.Invoker{}}
	a.engine = engine.New(engine.Config{Journal: enginetest.NewJournal(), Invoker: a.invoker})
	must(t, a.engine.Start(t.Context()))
	t.Cleanup(func() {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		a.engine.Close(ended)
	})
	server := httptest.NewServer(wire.NewHandler(a.engine, slog.New(slog.NewTextHandler(t.Output(), nil))))
	t.Cleanup(server.Close)
	a.Client = newClient(server)
	return a
}

func newClient(server *httptest.Server) *sfn.Client {
	// The SDK puts "sync-" before some hosts; every name leads here.
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	}}
	return sfn.New(sfn.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "any", SecretAccessKey: "any"}, nil
		}),
	})
}

const (
	roleARN = "arn:aws:iam::123456789012:role/r"
	machine = "arn:aws:states:us-east-1:123456789012:stateMachine:"
	pass    = `{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}`
	forever = `{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":99999,"End":true}}}`
)

// create makes a machine and gives its ARN.
func (a *api) create(name, definition string, kind types.StateMachineType) *string {
	a.Helper()
	out, err := a.CreateStateMachine(a.Context(), &sfn.CreateStateMachineInput{
		Name: &name, Definition: &definition, RoleArn: aws.String(roleARN), Type: kind,
	})
	must(a, err)
	return out.StateMachineArn
}

// start starts an execution and gives its ARN.
func (a *api) start(machine *string, name, input string) *string {
	a.Helper()
	out, err := a.StartExecution(a.Context(), &sfn.StartExecutionInput{StateMachineArn: machine, Name: &name, Input: &input})
	must(a, err)
	return out.ExecutionArn
}

// ended waits for an execution's end.
func (a *api) ended(execution *string) *sfn.DescribeExecutionOutput {
	a.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		out, err := a.DescribeExecution(a.Context(), &sfn.DescribeExecutionInput{ExecutionArn: execution})
		must(a, err)
		if out.Status != types.ExecutionStatusRunning {
			return out
		}
	}
	a.Fatalf("%s does not end", *execution)
	return nil
}

// wantError wants an error of that kind with that message, any if empty.
func (a *api) wantError(err error, kind, message string) {
	a.Helper()
	f := smithy.APIError(nil)
	if !errors.As(err, &f) || f.ErrorCode() != kind || message != "" && f.ErrorMessage() != message {
		a.Errorf("got  %v\nwant %s: %s", err, kind, message)
	}
}
