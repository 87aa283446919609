package stepfunctionstest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"example.org/asynchttpapi/stepfunctions"
	"example.org/asynchttpapi/stepfunctions/stepfunctionstest"
)

func TestTrial(t *testing.T) { testTrial(t) }

// overSocket returns AWS's client of the endpoint's address.
func overSocket(e *stepfunctionstest.Endpoint) *sfn.Client {
	return sfn.New(sfn.Options{Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, BaseEndpoint: aws.String(e.URL())})
}

func start(t *testing.T, e *stepfunctionstest.Endpoint, machine, input string) string {
	t.Helper()
	s, err := overSocket(e).StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(machine), Input: aws.String(input)})
	if err != nil {
		t.Fatal(err)
	}
	return *s.ExecutionArn
}

type typedError struct{}

func (*typedError) Error() string { return "typed" }

// Functions are found by name and ARN, and their errors named as Lambda does.
func TestFunctions(t *testing.T) {
	e := stepfunctionstest.Start(t, stepfunctionstest.Options{Functions: map[string]stepfunctionstest.Function{
		"ByName": func(context.Context, []byte) ([]byte, error) { return []byte(`1`), nil },
		"arn:aws:lambda:us-east-1:123456789012:function:ByARN": func(context.Context, []byte) ([]byte, error) { return []byte(`2`), nil },
		"Plain": func(context.Context, []byte) ([]byte, error) { return nil, errors.New("plain") },
		"Typed": func(context.Context, []byte) ([]byte, error) { return nil, &typedError{} },
		"Fail": func(context.Context, []byte) ([]byte, error) {
			return nil, stepfunctionstest.Fail("Mine", "my message")
		},
		"BadInput": stepfunctionstest.Handle(func(context.Context, int) (int, error) { return 0, nil }),
	}})
	machine := e.StateMachine("call", `{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
		"Parameters":{"FunctionName.$":"$.f","Payload":{}},"OutputPath":"$.Payload","End":true}}}`)
	for function, want := range map[string]string{
		"ByName": "SUCCEEDED 1", "ByName:live": "SUCCEEDED 1", "arn:aws:lambda:eu-west-1:1:function:ByName:3": "SUCCEEDED 1",
		"arn:aws:lambda:us-east-1:123456789012:function:ByARN": "SUCCEEDED 2",
		"Plain": "FAILED errorString", "Typed": "FAILED typedError", "Fail": "FAILED Mine", "BadInput": "FAILED UnmarshalTypeError",
		"None": "FAILED Lambda.ResourceNotFoundException",
	} {
		x := e.Wait(start(t, e, machine, `{"f":"`+function+`"}`))
		if got := string(x.Status) + " " + string(x.Output) + x.Error; got != want {
			t.Errorf("%s: %s (%s), want %s", function, got, x.Cause, want)
		}
	}
}

// A clock of the test's own moves through all that follows on the way.
func TestAdvance(t *testing.T) {
	var called []time.Time
	clock := stepfunctionstest.NewClock(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	e := stepfunctionstest.Start(t, stepfunctionstest.Options{Clock: clock, Functions: map[string]stepfunctionstest.Function{
		"F": func(context.Context, []byte) ([]byte, error) {
			called = append(called, clock.Now())
			return nil, stepfunctionstest.Fail("E", "")
		},
	}})
	arn := start(t, e, e.StateMachine("m", `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"Next":"T"},
		"T":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:F","Retry":[{"ErrorEquals":["E"],"IntervalSeconds":60,"MaxAttempts":2}],"End":true}}}`), "{}")
	e.Advance(59 * time.Minute)
	if len(called) != 0 {
		t.Fatalf("called %v", called)
	}
	e.Advance(time.Hour)
	if x := e.Wait(arn); x.Status != stepfunctions.Failed || x.Stopped.Format("15:04") != "01:03" || len(called) != 3 || called[1].Format("15:04") != "01:01" {
		t.Errorf("%s at %v, called %v", x.Status, x.Stopped, called)
	}
}

const mocks = `{"StateMachines":{"m":{"TestCases":{"Busy":{"Put":"BusyOnce"}},"DefaultTestCase":"Busy"}},
	"MockedResponses":{"BusyOnce":{"0":{"Throw":{"Error":"Busy","Cause":"later"}},"1":{"Return":{"put":true}}}}}`

const puts = `{"StartAt":"Put","States":{"Put":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{"TableName":"t","Item":{}},
	"Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":3600}],"End":true}}}`

// Mocks are a text or a file.
func TestMocks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mocks.json")
	if err := os.WriteFile(file, []byte(mocks), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, given := range []string{mocks, file} {
		synctest.Test(t, func(t *testing.T) {
			e := stepfunctionstest.Start(t, stepfunctionstest.Options{Mocks: given})
			s, err := e.Engine.StartExecution(t.Context(), stepfunctions.StartExecution{MachineARN: e.StateMachine("m", puts)})
			if err != nil {
				t.Fatal(err)
			}
			if x := e.Wait(s.ARN); string(x.Output) != `{"put":true}` || x.Stopped.Sub(x.Started) != time.Hour {
				t.Errorf("%s %s in %v: %s", x.Status, x.Output, x.Stopped.Sub(x.Started), x.Cause)
			}
		})
	}
}

// recorder is a test whose failures are kept.
type recorder struct {
	testing.TB
	failures, logged []string
	cleanup          []func()
}

func (r *recorder) Error(args ...any) { r.failures = append(r.failures, args[0].(error).Error()) }

func (r *recorder) Log(args ...any) { r.logged = append(r.logged, fmt.Sprint(args...)) }

func (r *recorder) Cleanup(f func()) { r.cleanup = append(r.cleanup, f) }

// end ends the test that is recorded.
func (r *recorder) end() {
	for _, f := range slices.Backward(r.cleanup) {
		f()
	}
}

func TestMocksOfOtherStatesFailTheTest(t *testing.T) {
	r := &recorder{TB: t}
	e := stepfunctionstest.Start(r, stepfunctionstest.Options{Mocks: strings.ReplaceAll(mocks, `"Put":`, `"put":`)})
	e.StateMachine("m", puts)
	if len(r.failures) != 1 || !strings.Contains(r.failures[0], `put: the state machine has no such state; did you mean "Put"?`) {
		t.Errorf("failures %q", r.failures)
	}
	if r.end(); len(r.logged) != 0 {
		t.Errorf("logged %q", r.logged)
	}
}

func TestMocksOfOtherMachinesAreLogged(t *testing.T) {
	r := &recorder{TB: t}
	e := stepfunctionstest.Start(r, stepfunctionstest.Options{Mocks: mocks})
	e.StateMachine("n", puts)
	if r.end(); len(r.failures) != 0 || len(r.logged) != 1 || r.logged[0] != "Options.Mocks:1:23: StateMachines.m: there is no such state machine" {
		t.Errorf("failures %q, logged %q", r.failures, r.logged)
	}
}

// SDKs put sync- before the host of some operations, which leads nowhere by a
// socket and is no matter without one.
func TestSyncExecutionsWithoutASocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := stepfunctionstest.Start(t, stepfunctionstest.Options{Stubs: true})
		client := sfn.New(sfn.Options{Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, BaseEndpoint: aws.String("http://stepfunctions.test"), HTTPClient: e.HTTPClient()})
		m, err := client.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: aws.String("m"), Type: types.StateMachineTypeExpress, RoleArn: aws.String("r"), Definition: aws.String(puts)})
		if err != nil {
			t.Fatal(err)
		}
		x, err := client.StartSyncExecution(t.Context(), &sfn.StartSyncExecutionInput{StateMachineArn: m.StateMachineArn})
		if err != nil || x.Status != types.SyncExecutionStatusSucceeded {
			t.Errorf("%v, %+v", err, x)
		}
	})
}
