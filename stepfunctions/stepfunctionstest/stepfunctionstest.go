// Package stepfunctionstest runs state machines in tests, in the test's own
// process: Start gives an endpoint for AWS's SDK, with Go functions in the place
// of Lambda functions, and mocks in the place of other services.
//
// Time need not pass. In a bubble of testing/synctest it is the bubble's own: a
// test that waits for an execution of a year has its end at once. The SDK's
// client then has to call without a socket, by Endpoint.HTTPClient. Outside of a
// bubble Options.Clock stands still until Endpoint.Advance moves it.
//
// The package also has parts of an engine for tests of programs that make their
// own: a clock, functions that a test ends, and a journal in memory.
package stepfunctionstest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
	"example.org/asynchttpapi/stepfunctions/internal/lambdainvoke"
	"example.org/asynchttpapi/stepfunctions/internal/mock"
	"example.org/asynchttpapi/stepfunctions/internal/server"
)

// Clock is a stepfunctions.Clock that stands still until it is advanced.
type Clock = enginetest.Clock

// NewClock returns a clock that shows t.
func NewClock(t time.Time) *Clock { return enginetest.NewClock(t) }

// Holder is a stepfunctions.Invoker whose calls last until a test ends them.
type Holder = enginetest.Holder

// NewJournal returns an empty journal in memory.
func NewJournal() stepfunctions.Journal { return enginetest.NewJournal() }

// NewLambdaInvoker returns an Invoker that calls functions over Lambda's Invoke
// API at an endpoint such as http://127.0.0.1:3001, as the command stepfunctions
// does. The error says what is wrong with the address.
func NewLambdaInvoker(endpoint string) (stepfunctions.Invoker, error) {
	return lambdainvoke.New(endpoint)
}

// Options say what an endpoint is made of. The zero value has no functions and
// no mocks, and lives in the time of its test.
type Options struct {
	// Functions stand in the place of Lambda functions, by name or ARN. A call of
	// any other fails with Lambda.ResourceNotFoundException.
	Functions map[string]Function
	// Template is a SAM or CloudFormation template: its state machines are created,
	// with their DefinitionSubstitutions, as the command does for -template. The name
	// of a function in its ARN, and so in Functions, is its logical id. A definition
	// may stand in its place.
	Template string
	// Parameters are values of the template's parameters, where they have no default
	// or another one.
	Parameters map[string]string
	// Mocks is a mock file in the format of Step Functions Local's
	// MockConfigFile.json: its path, or its JSON text, which begins with "{".
	// With mocks, definitions may call any service. Mocks of states that a
	// definition does not have fail the test when it is created. State machines that
	// the test does not create are logged at its end.
	Mocks string
	// Stubs has writes to other services answered with the least that their API
	// answers, such as a MessageId.
	Stubs bool
	// Clock stands still but for Endpoint.Advance; nil is the test's time.
	Clock *Clock
	// TimeScale is what the pauses of Wait states and retries are multiplied by; 1
	// where 0.
	TimeScale float64
	// Region and Account stand in ARNs; us-east-1 and 123456789012 where empty.
	Region, Account string
	// Journal keeps executions; one in memory where nil.
	Journal stepfunctions.Journal
}

// Function answers a call of a Lambda function with JSON. An error that is not
// made by Fail has the errorType that Go's Lambda runtime gives it, the name of
// its Go type.
type Function func(ctx context.Context, payload []byte) ([]byte, error)

// Handle makes a Function of one that takes and returns values.
func Handle[In, Out any](f func(ctx context.Context, in In) (Out, error)) Function {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		var in In
		if err := json.Unmarshal(payload, &in); err != nil {
			return nil, err
		}
		out, err := f(ctx, in)
		if err != nil {
			return nil, err
		}
		return json.Marshal(out)
	}
}

// Fail returns the error of a function that fails with an errorType, which is
// what Retry and Catch match, and an errorMessage.
func Fail(errorType, errorMessage string) error {
	payload, err := json.Marshal(map[string]string{"errorType": errorType, "errorMessage": errorMessage})
	if err != nil {
		return err // strings are always JSON
	}
	return &stepfunctions.FunctionError{Payload: payload}
}

// Endpoint serves AWS Step Functions' API for one test.
type Endpoint struct {
	// Engine is what runs behind the endpoint.
	Engine *stepfunctions.Engine

	tb      testing.TB
	clock   *Clock
	mocks   *mock.File // to be compared with the machines that the test has made
	handler http.Handler
	mu      sync.Mutex // guards server
	server  *httptest.Server
}

// Start starts an endpoint, which ends with the test; functions that run then
// have their contexts canceled. It fails the test if the options are wrong.
func Start(tb testing.TB, o Options) *Endpoint {
	tb.Helper()
	log := slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	mocks, err := readMocks(o.Mocks)
	if err != nil {
		tb.Fatal(err)
	}
	if o.Journal == nil {
		o.Journal = NewJournal()
	}
	c := stepfunctions.Config{
		Journal: o.Journal, Invoker: &invoker{functions: o.Functions}, Log: log, Region: o.Region, Account: o.Account, TimeScale: o.TimeScale,
		Integrations: engine.Integrations{Stubs: o.Stubs},
	}
	if o.Clock != nil {
		c.Clock = o.Clock
	}
	if mocks != nil {
		c.Integrations.Mocks = func() *mock.File { return mocks }
		c.Observe = func(n engine.Observation) { checkMocks(tb, mocks, n) }
	}
	e := stepfunctions.New(c)
	if err := e.Start(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	p := &Endpoint{Engine: e, tb: tb, clock: o.Clock, handler: stepfunctions.Handler(e, log)}
	tb.Cleanup(p.close)
	if o.Template == "" {
		p.mocks = mocks
	} else {
		o.deploy(tb, e, mocks, log) // logs those of other machines
	}
	return p
}

// deploy creates the state machines of the template.
func (o Options) deploy(tb testing.TB, e *stepfunctions.Engine, mocks *mock.File, log *slog.Logger) {
	tb.Helper()
	t := server.Template{
		Path: o.Template, Parameters: o.Parameters, Mocks: mocks, Stubs: o.Stubs,
		Region: cmp.Or(o.Region, engine.DefaultRegion), Account: cmp.Or(o.Account, engine.DefaultAccount),
	}
	if err := server.DeployTemplate(tb.Context(), e, t, log); err != nil {
		tb.Fatal(inOptions(err))
	}
}

// inOptions has an error name the Options where it names flags of the command.
func inOptions(err error) error {
	return errors.New(strings.NewReplacer(
		"-mock FILE; -write-mocks FILE", "Options.Mocks; stepfunctions -write-mocks FILE",
		"-integrations stub", "Options.Stubs", "-parameter ", "Options.Parameters ",
	).Replace(err.Error()))
}

// readMocks reads a mock file by its path, or the text of one.
func readMocks(mocks string) (*mock.File, error) {
	switch {
	case mocks == "":
		return nil, nil
	case strings.HasPrefix(strings.TrimSpace(mocks), "{"):
		return mock.Parse("Options.Mocks", []byte(mocks))
	}
	return mock.Read(mocks)
}

// checkMocks checks the mocks against a definition that is created.
func checkMocks(tb testing.TB, mocks *mock.File, n engine.Observation) {
	if n.Defined == nil {
		return
	}
	problems, misfits := mocks.Check(n.Machine, n.Defined)
	for _, problem := range problems {
		tb.Error(problem)
	}
	for _, misfit := range misfits {
		tb.Log("a mocked result does not fit its state: ", misfit)
	}
}

func (p *Endpoint) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server != nil {
		p.server.Close()
	}
	var names []string
	for _, m := range p.Engine.StateMachines() {
		names = append(names, m.Name)
	}
	for _, absent := range p.mocks.AbsentMachines(names) {
		p.tb.Log(absent.Why)
	}
	now, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.Engine.Close(now); err != nil && !errors.Is(err, context.Canceled) {
		p.tb.Error(err)
	}
}

// URL returns the address of the endpoint, for the BaseEndpoint of an SDK's
// client or AWS_ENDPOINT_URL_SFN of another process. The first call opens a
// socket: not for a bubble of synctest, where nothing waits for a network.
func (p *Endpoint) URL() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server == nil {
		p.server = httptest.NewServer(p.handler)
	}
	return p.server.URL
}

// HTTPClient returns a client that calls the endpoint without a socket, whatever
// the URL. The SDK's client takes it as its HTTPClient, with any BaseEndpoint.
func (p *Endpoint) HTTPClient() *http.Client {
	return &http.Client{
		Transport: direct{p.handler},
		// As for any answer of AWS, a redirect is not followed.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// direct is a RoundTripper that is the server.
type direct struct{ handler http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	served := r.Clone(r.Context())
	if served.Body == nil {
		served.Body = http.NoBody
	}
	defer served.Body.Close()
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	rec := httptest.NewRecorder()
	d.handler.ServeHTTP(rec, served)
	res := rec.Result()
	res.Request = r
	return res, nil
}

// Advance moves Options.Clock by d, through everything that becomes due on the
// way, and returns when no work is in progress any more: functions that run are
// waited for.
func (p *Endpoint) Advance(d time.Duration) {
	p.tb.Helper()
	if p.clock == nil {
		p.tb.Fatal("Advance needs Options.Clock")
	}
	p.clock.AdvanceIdle(d, p.Engine.Idle)
}

// Wait returns an execution when it has ended, without its Input and TestCase. It
// fails the test if there is no such execution.
func (p *Endpoint) Wait(executionARN string) stepfunctions.Execution {
	p.tb.Helper()
	x, err := p.Engine.Wait(p.tb.Context(), executionARN)
	if err != nil {
		p.tb.Fatal(err)
	}
	return x
}

// invoker calls Functions.
type invoker struct{ functions map[string]Function }

// Invoke implements stepfunctions.Invoker.
func (v *invoker) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	f := v.functions[function]
	if f == nil {
		f = v.functions[functionName(function)]
	}
	if f == nil {
		return nil, &stepfunctions.ServiceError{Name: "Lambda.ResourceNotFoundException", Message: "Function not found: " + function + "; Options.Functions has none of that name"}
	}
	result, err := f(ctx, payload)
	failed, refused := (*stepfunctions.FunctionError)(nil), (*stepfunctions.ServiceError)(nil)
	if err == nil || errors.As(err, &failed) || errors.As(err, &refused) || ctx.Err() != nil {
		return result, err
	}
	return nil, Fail(typeName(err), err.Error())
}

// typeName returns the errorType that aws-lambda-go gives an error.
func typeName(err error) string {
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

// functionName takes the name out of an ARN, or out of a name with a version or
// alias.
func functionName(function string) string {
	_, rest, isARN := strings.Cut(":"+function, ":function:")
	if !isARN {
		rest = function
	}
	name, _, _ := strings.Cut(rest, ":")
	return name
}

// StateMachineARN returns the ARN of a state machine that there is, such as one of
// Options.Template, by its name: the logical id where the template gives none. It
// fails the test if there is none.
func (p *Endpoint) StateMachineARN(name string) string {
	p.tb.Helper()
	var names []string
	for _, m := range p.Engine.StateMachines() {
		if m.Name == name {
			return m.ARN
		}
		names = append(names, m.Name)
	}
	p.tb.Fatalf("there is no state machine %q, but %q", name, names)
	return ""
}

// StateMachine creates a Standard state machine and returns its ARN. It fails the
// test if the definition is refused.
func (p *Endpoint) StateMachine(name, definition string) string {
	p.tb.Helper()
	m, err := p.Engine.CreateStateMachine(p.tb.Context(), stepfunctions.NewStateMachine{
		Name: name, Revision: stepfunctions.Revision{Definition: definition, RoleARN: fmt.Sprintf("role-of-%s", name)},
	})
	if err != nil {
		p.tb.Fatal(inOptions(err))
	}
	return m.ARN
}
