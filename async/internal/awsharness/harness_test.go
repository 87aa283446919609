package awsharness

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/awsenv"
	"example.org/asynchttpapi/async/internal/dynamo/dynamotest"
	"example.org/asynchttpapi/internal/lambdahost"
	"example.org/asynchttpapi/internal/personal"
	"example.org/asynchttpapi/internal/samtemplate"
	"example.org/asynchttpapi/internal/testserver"
)

const (
	// machineName is the logical id of template.yaml's state machine.
	machineName = "ProcessSubmission"
	aliasARN    = machines + machineName + ":live"
	machines    = "arn:aws:states:us-east-1:123456789012:stateMachine:"
)

// harness is one deployment on this machine.
type harness struct {
	url  string
	sfn  *sfn.Client
	host *lambdahost.Host
	logs *personal.Log
	// table is in the DynamoDB at endpoint.
	table, endpoint string
	// dynamodb and states are what the functions call these services over.
	dynamodb, states *wire
	// invoke is what Step Functions calls the functions over.
	invoke *testserver.Server
}

// newHarness deploys template.yaml with a review policy, and stages that hardly
// last.
func newHarness(t *testing.T, review string) *harness { return newHarnessAtSpeed(t, review, "1000") }

// newHarnessAtSpeed has functions with more variables, as NAME=VALUE.
func newHarnessAtSpeed(t *testing.T, review, speed string, more ...string) *harness {
	return deploy(t, root, machineName, binary, append(more, "REVIEW="+review, "SPEED="+speed)...)
}

// deploy deploys the template.yaml of a folder, with the binary of each CodeUri and
// more environment for each function. machine is the state machine's logical id.
func deploy(t *testing.T, folder, machine string, binary func(t *testing.T, codeURI string) string, env ...string) *harness {
	t.Helper()
	dynamodb := os.Getenv("DYNAMODB_ENDPOINT")
	if dynamodb == "" {
		t.Skip("NOT RUN: DYNAMODB_ENDPOINT is not set; .ci/dynalite/run sets it")
	}
	template := filepath.Join(folder, "template.yaml")
	tpl, err := samtemplate.Read(template)
	if err != nil {
		t.Fatal(err)
	}
	_, table := dynamotest.NewTable(t)
	front, invoke := testserver.New(t), testserver.New(t)
	w := &harness{logs: personal.Watch(t, talk), table: table, endpoint: dynamodb, invoke: invoke}
	stepfunctions := startStepFunctions(t, template, invoke.URL, w.logs)
	refs := map[string]string{
		"Submissions": w.table, machine + "Aliaslive": machines + machine + ":live",
		"AWS::StackName": "test", "PublicBaseUrl": front.URL,
	}
	w.dynamodb, w.states = newWire(t, dynamodb), newWire(t, stepfunctions)
	env = append(env, "AWS_ENDPOINT_URL_DYNAMODB="+w.dynamodb.URL, "AWS_ENDPOINT_URL_SFN="+w.states.URL)
	w.host = newHost(t, tpl, refs, w.logs, binary, env...)
	invoke.Handler = w.host
	front.Handler = newGateway(t, tpl, w.host, front.URL)
	w.url, w.sfn = front.URL, newClient(t, stepfunctions)
	return w
}

// newHost gives each function of the template its binary and its environment.
func newHost(t *testing.T, tpl *samtemplate.Template, refs map[string]string, logs *personal.Log, binary func(*testing.T, string) string, more ...string) *lambdahost.Host {
	t.Helper()
	var functions []lambdahost.Function
	for id, f := range tpl.Functions {
		env, err := tpl.Environment(f, refs)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		var pairs []string
		for name, value := range env {
			pairs = append(pairs, name+"="+value)
		}
		pairs = append(pairs, more...) // the last of a name counts
		functions = append(functions, lambdahost.Function{
			Name: id, Binary: binary(t, f.CodeURI), Env: pairs, Timeout: f.Timeout, Logs: logs,
		})
	}
	host := lambdahost.New(functions...)
	t.Cleanup(host.Close)
	return host
}

// newGateway routes as the template's events do.
func newGateway(t *testing.T, tpl *samtemplate.Template, host *lambdahost.Host, url string) http.Handler {
	t.Helper()
	routes := map[string]lambda.Handler{}
	for id, f := range tpl.Functions {
		for _, route := range f.Routes {
			routes[route] = deployed{host, id}
		}
	}
	gateway, err := apigateway.New(apigateway.Config{Routes: routes, DomainName: strings.TrimPrefix(url, "http://")})
	if err != nil {
		t.Fatal(err)
	}
	return gateway
}

func newClient(t *testing.T, endpoint string) *sfn.Client {
	t.Helper()
	env := map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
	cfg, err := awsenv.Config(func(name string) string { return env[name] }, "SFN")
	if err != nil {
		t.Fatal(err)
	}
	cfg.BaseEndpoint = aws.String(endpoint)
	return sfn.NewFromConfig(cfg)
}
