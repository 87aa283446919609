package asyncotel_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/async/asyncotel"
	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/awsenv"
	"example.org/asynchttpapi/async/internal/lambdahttp"
	"example.org/asynchttpapi/async/lambdamain"
	"example.org/asynchttpapi/internal/lambdahost"
	"example.org/asynchttpapi/stepfunctions"
	"example.org/asynchttpapi/stepfunctions/stepfunctionstest"
)

// asFunction makes this test binary one of the functions of the job; its value is
// the function's name.
const asFunction = "ASYNCOTEL_FUNCTION"

func TestMain(m *testing.M) {
	if name := os.Getenv(asFunction); name != "" {
		serveFunction(name) // does not return
	}
	os.Exit(m.Run())
}

func shortFilm() async.Job[film, async.None] {
	stage := func(name string) async.Stage[film, async.None] {
		return async.Stage[film, async.None]{Name: name, Message: "It is at work.", Attempts: 1,
			Do: func(context.Context, *async.Run[film, async.None]) (async.Outcome, error) { return async.Continue, nil }}
	}
	return async.Job[film, async.None]{Name: "films", Stages: []async.Stage[film, async.None]{stage("Cutting"), stage("Grading")},
		Done: async.End{Outcome: "Shown", Message: "It is shown."}, Examples: []film{{"x"}}}
}

// serveFunction is the main of each function, as docs/observability.md has it.
func serveFunction(name string) {
	exporter, err := otlptracehttp.New(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	spans := asyncotel.New(sdktrace.WithSyncer(exporter))
	switch observer := lambdamain.WithObserver(spans.Observe); name {
	case lambdahttp.SubmitFunction:
		lambdamain.Submit(shortFilm(), observer)
	case lambdahttp.StatusFunction:
		lambdamain.Status(observer)
	case asyncgen.FailActivity:
		lambdamain.Fail(shortFilm(), observer)
	default:
		lambdamain.Stage(shortFilm(), name, observer)
	}
}

// receiver takes spans as a collector does: OTLP over HTTP.
type receiver struct {
	t     *testing.T
	mu    sync.Mutex
	spans []*tracepb.Span
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	var traces tracepb.TracesData
	if err == nil {
		err = proto.Unmarshal(body, &traces)
	}
	if err != nil || req.URL.Path != "/v1/traces" {
		r.t.Errorf("%s: %v", req.URL.Path, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range traces.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			r.spans = append(r.spans, scope.Spans...)
		}
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// names are those of the spans that have come so far.
func (r *receiver) names() (names []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.spans {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	return names
}

// Real binaries behind a Runtime API, wired by the recipe: when a function has
// answered it is frozen, and its spans are with the collector.
func TestFunctionsExportBeforeTheyAnswer(t *testing.T) {
	endpoint := os.Getenv("DYNAMODB_ENDPOINT")
	if endpoint == "" {
		t.Skip("NOT RUN: DYNAMODB_ENDPOINT is not set; .ci/dynalite/run sets it")
	}
	received := &receiver{t: t}
	collector := httptest.NewServer(received)
	t.Cleanup(collector.Close)
	w := deploy(t, endpoint, collector.URL)
	answered := make(chan []string, 1)
	host := w.invoke
	w.invoke = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		host.ServeHTTP(rw, r)
		if strings.Contains(r.URL.Path, "grading") {
			answered <- received.names()
		}
	})

	id := submit(t, w.front.URL, clientTrace)
	want := []string{"accepted", "accepted", "stage Cutting", "stage Grading", "submission"}
	if got := <-answered; !slices.Equal(got, want) {
		t.Fatalf("when the last stage answers the collector has %q, want %q\n%s", got, want, w.logs.String())
	}
	for _, s := range received.spans {
		if fmt.Sprintf("%x", s.TraceId) == clientTrace {
			continue
		}
		if !slices.Equal(s.TraceId, received.spans[0].TraceId) && !slices.Equal(s.TraceId, received.spans[1].TraceId) {
			t.Errorf("%s is in a trace of its own", s.Name)
		}
		if text := s.String(); strings.Contains(text, secret) || strings.Contains(text, id) {
			t.Errorf("%s holds what was submitted, or the id: %s", s.Name, text)
		}
	}
}

// cloud is the job's functions with a table and an engine.
type cloud struct {
	front  *httptest.Server
	invoke http.Handler // what the engine calls
	logs   logs
}

// logs is a buffer that several functions write to.
type logs struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// function is one of the host's as a lambda.Handler.
type function struct {
	host *lambdahost.Host
	name string
}

// Invoke implements lambda.Handler.
func (f function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	result, err := f.host.Invoke(ctx, f.name, payload)
	if err == nil && result.FunctionError != "" {
		err = fmt.Errorf("%s: %s", f.name, result.Payload)
	}
	return result.Payload, err
}

// server is a test server whose address is known before its handler is.
func server(t *testing.T, h *http.Handler) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*h).ServeHTTP(w, r) }))
	t.Cleanup(s.Close)
	return s
}

func deploy(t *testing.T, dynamoDB, collector string) *cloud {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var front, states http.Handler
	w, engineURL := &cloud{front: server(t, &front)}, server(t, &states).URL
	calls := server(t, &w.invoke)
	const machine = "arn:aws:states:us-east-1:123456789012:stateMachine:films"
	table := newTable(t, dynamoDB)
	var functions []lambdahost.Function
	for _, name := range []string{lambdahttp.SubmitFunction, lambdahttp.StatusFunction, asyncgen.FailActivity, "cutting", "grading"} {
		functions = append(functions, lambdahost.Function{Name: name, Binary: self, Timeout: 30 * time.Second, Logs: &w.logs, Env: []string{
			asFunction + "=" + name, "TABLE_NAME=" + table, "STATE_MACHINE_ARN=" + machine, "PUBLIC_BASE_URL=" + w.front.URL,
			"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
			"AWS_ENDPOINT_URL_DYNAMODB=" + dynamoDB, "AWS_ENDPOINT_URL_SFN=" + engineURL, "OTEL_EXPORTER_OTLP_ENDPOINT=" + collector,
		}})
	}
	host := lambdahost.New(functions...)
	t.Cleanup(host.Close)
	w.invoke = host
	invoker, err := stepfunctionstest.NewLambdaInvoker(calls.URL)
	if err != nil {
		t.Fatal(err)
	}
	engine := stepfunctions.New(stepfunctions.Config{Journal: stepfunctionstest.NewJournal(), Invoker: invoker})
	definition, err := asyncgen.Definition(shortFilm(), func(activity string) string { return "arn:aws:lambda:us-east-1:123456789012:function:" + activity })
	if err == nil {
		err = engine.Start(t.Context())
	}
	if err == nil {
		_, err = engine.CreateStateMachine(t.Context(), stepfunctions.NewStateMachine{
			Name: "films", Revision: stepfunctions.Revision{Definition: definition, RoleARN: "arn:aws:iam::123456789012:role/films"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close(context.Background()) }) //nolint:errcheck // nothing runs any more
	states = stepfunctions.Handler(engine, slog.New(slog.DiscardHandler))
	routes := map[string]lambda.Handler{}
	for key, name := range lambdahttp.Routes() {
		if name == lambdahttp.SubmitFunction || name == lambdahttp.StatusFunction {
			routes[key] = function{host, name}
		}
	}
	front, err = apigateway.New(apigateway.Config{Routes: routes, DomainName: strings.TrimPrefix(w.front.URL, "http://")})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func newTable(t *testing.T, endpoint string) string {
	t.Helper()
	env := map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL_DYNAMODB": endpoint}
	cfg, err := awsenv.Config(func(name string) string { return env[name] }, "DYNAMODB")
	if err != nil {
		t.Fatal(err)
	}
	client, name := dynamodb.NewFromConfig(cfg), "asyncotel-"+rand.Text()
	_, err = client.CreateTable(t.Context(), &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}}})
	if err == nil {
		err = dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay = 100 * time.Millisecond }).
			Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &name}, time.Minute)
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}
