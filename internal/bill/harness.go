package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"example.org/asynchttpapi/internal/capacity"
	"example.org/asynchttpapi/internal/e2e/program"
	"example.org/asynchttpapi/internal/lambdahost"
	"example.org/asynchttpapi/internal/samtemplate"
)

const (
	lambdas = "arn:aws:lambda:us-east-1:123456789012:function:"
)

// harness is the deployment on this machine: the deployed binaries, the template's
// settings, the given state machine on the engine, and DynamoDB behind a meter.
type harness struct {
	host   *lambdahost.Host
	meter  *capacity.Meter
	logs   *counter
	table  string
	sfn    *sfn.Client
	ends   []func()
	calls  sync.Mutex
	counts map[string]int // invocations by function
}

func (w *harness) close() {
	for i := len(w.ends) - 1; i >= 0; i-- {
		w.ends[i]()
	}
}

// build compiles what is deployed, with the flags that it is deployed with.
func build(ctx context.Context, root, dir string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s", "-o", dir+"/", "./functions/...", "./cmd/stepfunctions")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building the functions: %w: %s", err, out)
	}
	return nil
}

// newHarness deploys template.yaml with a definition and a review policy.
func newHarness(ctx context.Context, root, dir, database, definition, review string) (w *harness, err error) {
	w = &harness{logs: &counter{}, table: "bill-" + rand.Text(), counts: map[string]int{}}
	defer func() {
		if err != nil {
			w.close()
		}
	}()
	if w.meter, err = capacity.NewMeter(database); err != nil {
		return w, err
	}
	w.ends = append(w.ends, w.meter.Close)
	if err := newTable(ctx, database, w.table); err != nil {
		return w, err
	}
	invoke := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.count(functionOf(r.URL.Path))
		w.host.ServeHTTP(rw, r)
	}))
	w.ends = append(w.ends, invoke.Close)
	data, err := os.MkdirTemp(dir, "data")
	if err != nil {
		return w, err
	}
	engine := exec.Command(filepath.Join(dir, "stepfunctions"), "-addr", "127.0.0.1:0", "-data", data, "-lambda-endpoint", invoke.URL)
	address, err := program.Start(engine)
	if err != nil {
		return w, err
	}
	w.ends = append(w.ends, func() { program.Stop(engine) })
	w.sfn = sfn.New(sfn.Options{Region: "us-east-1", BaseEndpoint: &address, Credentials: aws.CredentialsProviderFunc(credentials)})
	machine, err := w.sfn.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
		Name: aws.String("Billed"), RoleArn: aws.String("arn:aws:iam::123456789012:role/any"),
		Definition: aws.String(functionARN.ReplaceAllString(definition, lambdas+"${1}Function")),
	})
	if err != nil {
		return w, err
	}
	w.host, err = newHost(root, dir, w.logs, map[string]string{
		"Submissions": w.table, "ProcessSubmissionAliaslive": *machine.StateMachineArn, "AWS::StackName": "bill",
		"PublicBaseUrl": "https://api.example.org",
	}, "REVIEW="+review, "SPEED=inf", "AWS_ENDPOINT_URL_DYNAMODB="+w.meter.URL, "AWS_ENDPOINT_URL_SFN="+address)
	if err == nil {
		w.ends = append(w.ends, w.host.Close)
	}
	return w, err
}

var functionARN = regexp.MustCompile(`\$\{([A-Za-z]+)FunctionArn\}`)

func credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
}

func newTable(ctx context.Context, endpoint, table string) error {
	client := dynamodb.New(dynamodb.Options{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: aws.CredentialsProviderFunc(credentials)})
	_, err := client.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: &table, BillingMode: types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
	})
	return err
}

func newHost(root, dir string, logs io.Writer, refs map[string]string, more ...string) (*lambdahost.Host, error) {
	tpl, err := samtemplate.Read(filepath.Join(root, "template.yaml"))
	if err != nil {
		return nil, err
	}
	var functions []lambdahost.Function
	for id, f := range tpl.Functions {
		env, err := tpl.Environment(f, refs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		var pairs []string
		for name, value := range env {
			pairs = append(pairs, name+"="+value)
		}
		functions = append(functions, lambdahost.Function{
			Name: id, Binary: filepath.Join(dir, filepath.Base(f.CodeURI)), Env: append(pairs, more...), Timeout: f.Timeout, Logs: logs,
		})
	}
	return lambdahost.New(functions...), nil
}

// functionOf takes the function's name out of the path of an Invoke.
func functionOf(path string) string {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "/2015-03-31/functions/"), "/invocations")
	return strings.TrimPrefix(path, lambdas)
}

func (w *harness) count(function string) {
	w.calls.Lock()
	defer w.calls.Unlock()
	w.counts[function]++
}

// invoke calls a function as the gateway does.
func (w *harness) invoke(ctx context.Context, function string, event []byte) ([]byte, error) {
	w.count(function)
	result, err := w.host.Invoke(ctx, function, event)
	if err == nil && result.FunctionError != "" {
		err = fmt.Errorf("%s: %s", function, result.Payload)
	}
	return result.Payload, err
}

// counter counts what is written to it.
type counter struct {
	mu           sync.Mutex
	bytes, lines int
}

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes, c.lines = c.bytes+len(p), c.lines+bytes.Count(p, []byte("\n"))
	return len(p), nil
}
