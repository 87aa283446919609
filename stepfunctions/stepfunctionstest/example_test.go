package stepfunctionstest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"example.org/asynchttpapi/stepfunctions/stepfunctionstest"
)

const trial = `{"StartAt": "Trial", "States": {
	"Trial": {"Type": "Wait", "Seconds": 2592000, "Next": "Charge"},
	"Charge": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
		"Parameters": {"FunctionName": "Charge", "Payload.$": "$"}, "OutputPath": "$.Payload",
		"Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 60}], "End": true}}}`

type order struct{ ID string }

type receipt struct{ Paid string }

// testTrial is a test of a state machine that waits for thirty days, tries
// again after a minute, and takes milliseconds.
func testTrial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		e := stepfunctionstest.Start(t, stepfunctionstest.Options{
			Functions: map[string]stepfunctionstest.Function{
				"Charge": stepfunctionstest.Handle(func(_ context.Context, o order) (receipt, error) {
					if calls++; calls == 1 {
						return receipt{}, stepfunctionstest.Fail("Busy", "try again")
					}
					return receipt{Paid: o.ID}, nil
				}),
			},
		})
		client := sfn.New(sfn.Options{
			Region: "us-east-1", Credentials: aws.AnonymousCredentials{},
			BaseEndpoint: aws.String("http://stepfunctions.test"), HTTPClient: e.HTTPClient(),
		})
		began := time.Now()
		started, err := client.StartExecution(t.Context(), &sfn.StartExecutionInput{
			StateMachineArn: aws.String(e.StateMachine("trial", trial)), Input: aws.String(`{"ID": "a1"}`),
		})
		if err != nil {
			t.Fatal(err)
		}
		x := e.Wait(*started.ExecutionArn)
		if got := string(x.Output); got != `{"Paid":"a1"}` {
			t.Errorf("%s with %s %s", x.Status, got, x.Cause)
		}
		if took := time.Since(began); took < 30*24*time.Hour+time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}

// testTemplate is a test of the state machine Orders of a SAM template, with its
// DefinitionSubstitutions, and with mocks.
func testTemplate(t *testing.T) {
	e := stepfunctionstest.Start(t, stepfunctionstest.Options{
		Template: "template.yaml",
		Mocks:    "mocks.json",
	})
	client := sfn.New(sfn.Options{
		Region: "us-east-1", Credentials: aws.AnonymousCredentials{},
		BaseEndpoint: aws.String("http://stepfunctions.test"), HTTPClient: e.HTTPClient(),
	})
	started, err := client.StartExecution(t.Context(), &sfn.StartExecutionInput{
		StateMachineArn: aws.String(e.StateMachineARN("Orders")), Input: aws.String(`{"id": "a1"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if x := e.Wait(*started.ExecutionArn); string(x.Output) != `{"id":"a1","paid":true}` {
		t.Errorf("%s with %s %s", x.Status, x.Output, x.Cause)
	}
}

func Example() {
	// As func TestTrial(t *testing.T) in a test of yours.
	_ = testTrial
}

func Example_template() {
	// As func TestOrders(t *testing.T), with the files of README.md.
	_ = testTemplate
}
