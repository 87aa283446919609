package wire_test

import (
	"context"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/engine"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

const invoke = `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Payload.$":"$"},
	"ResultSelector":{"got.$":"$.Payload"},"ResultPath":"$.r","Retry":[{"ErrorEquals":["E"],"IntervalSeconds":2,"MaxAttempts":2}],
	"Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":"$.e","Next":"Caught"}],"Next":"Then"}`

func TestTestStateCallsTheFunction(t *testing.T) {
	a := newAPI(t)
	a.invoker.Handle("f", func(_ context.Context, in []byte) ([]byte, error) { return []byte(`[` + string(in) + `]`), nil })
	out, err := a.TestState(t.Context(), &sfn.TestStateInput{Definition: aws.String(invoke), RoleArn: aws.String(roleARN), Input: aws.String(`{"a":1}`), InspectionLevel: types.InspectionLevelDebug})
	must(t, err)
	d := out.InspectionData
	if out.Status != types.TestExecutionStatusSucceeded || *out.NextState != "Then" || *out.Output != `{"a":1,"r":{"got":[{"a":1}]}}` ||
		*d.Input != `{"a":1}` || *d.AfterParameters != `{"FunctionName":"f","Payload":{"a":1}}` || *d.AfterResultSelector != `{"got":[{"a":1}]}` || *d.AfterResultPath != *out.Output {
		t.Errorf("%s %s %+v", out.Status, *out.Output, d)
	}
}

func TestTestStateReportsRetryAndCatch(t *testing.T) {
	a := newAPI(t)
	a.invoker.Handle("f", func(context.Context, []byte) ([]byte, error) {
		return nil, &engine.FunctionError{Payload: []byte(`{"errorType":"E"}`)}
	})
	in := &sfn.TestStateInput{Definition: aws.String(invoke), RoleArn: aws.String(roleARN), InspectionLevel: types.InspectionLevelTrace}
	first, err := a.TestState(t.Context(), in)
	must(t, err)
	if e := first.InspectionData.ErrorDetails; first.Status != types.TestExecutionStatusRetriable || *first.Error != "E" || *e.RetryIndex != 0 || *e.RetryBackoffIntervalSeconds != 2 {
		t.Errorf("%s %+v", first.Status, e)
	}
	in.StateConfiguration = &types.TestStateConfiguration{RetrierRetryCount: aws.Int32(2)}
	last, err := a.TestState(t.Context(), in)
	must(t, err)
	if e := last.InspectionData.ErrorDetails; last.Status != types.TestExecutionStatusCaughtError || *last.NextState != "Caught" || *e.CatchIndex != 0 || *last.Output != `{"e":{"Error":"E","Cause":"{\"errorType\":\"E\"}"}}` {
		t.Errorf("%s %s %+v", last.Status, *last.Output, e)
	}
}

func TestTestStateOfAMachineWithVariables(t *testing.T) {
	a := newAPI(t)
	out, err := a.TestState(t.Context(), &sfn.TestStateInput{
		Definition: aws.String(`{"StartAt":"A","States":{"A":{"Type":"Parallel","Next":"C","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Parameters":{"v.$":"$x"},"End":true}}}]},"C":{"Type":"Succeed"}}}`),
		StateName:  aws.String("B"), Variables: aws.String(`{"x":[1]}`),
	})
	must(t, err)
	if *out.Output != `{"v":[1]}` || out.InspectionData != nil {
		t.Errorf("%s %+v", *out.Output, out.InspectionData)
	}
}

// What other states call is in the way of none.
func TestTestStateBesideServices(t *testing.T) {
	a := newAPI(t)
	out, err := a.TestState(t.Context(), &sfn.TestStateInput{
		Definition: aws.String(`{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","Parameters":{},"Next":"P"},"P":{"Type":"Pass","End":true}}}`),
		StateName:  aws.String("P"), Input: aws.String("[1]"),
	})
	must(t, err)
	if *out.Output != "[1]" {
		t.Errorf("%s", *out.Output)
	}
	out, err = a.TestState(t.Context(), &sfn.TestStateInput{
		Definition: aws.String(`{"Type":"Map","ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"b"}},
			"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},"End":true}`),
		Input: aws.String("[1]"), Mock: &types.MockInput{Result: aws.String(`{"MapRunArn":"m"}`)},
	})
	must(t, err)
	if *out.Output != `{"MapRunArn":"m"}` {
		t.Errorf("%s", *out.Output)
	}
}

func TestTestStateRefused(t *testing.T) {
	a := newAPI(t)
	task := `{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},"End":true}`
	const processor = `{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}`
	put := `{"Type":"Task","Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{"TableName":"t","Item":{}},"Next":"P"}`
	mocked := func(result string) *types.MockInput { return &types.MockInput{Result: &result} }
	const context = "Invalid Context object provided: "
	for _, c := range []struct {
		title         string
		in            sfn.TestStateInput
		kind, message string
	}{
		{"no role", sfn.TestStateInput{Definition: &task}, "ValidationException", "RoleArn must be specified when testing a Task state"},
		{"empty mock", sfn.TestStateInput{Definition: &task, Mock: &types.MockInput{}}, "ValidationException", "A test mock must have one of the following fields: [result, errorOutput]."},
		{"mocked type", sfn.TestStateInput{Definition: &task, Mock: mocked(`{"StatusCode":"200"}`)}, "ValidationException", "Mock result schema validation error: Field 'StatusCode' must be a number"},
		{"context member", sfn.TestStateInput{Definition: &task, Mock: mocked("{}"), Context: aws.String(`{"State":{"Name":"s","Other":1}}`)}, "ValidationException", context + "Field 'Other' is not allowed"},
		{"context type", sfn.TestStateInput{Definition: &task, Mock: mocked("{}"), Context: aws.String(`{"State":{"RetryCount":"1"}}`)}, "ValidationException", context + "Field 'RetryCount' must be a number"},
		{"context part", sfn.TestStateInput{Definition: &task, Mock: mocked("{}"), Context: aws.String(`{"State":[]}`)}, "ValidationException", context + "Field 'State' must be an object"},
		{"context is no object", sfn.TestStateInput{Definition: &task, Mock: mocked("{}"), Context: aws.String(`[]`)}, "ValidationException", context + "must be a JSON object"},
		{"input", sfn.TestStateInput{Definition: aws.String(`{"Type":"Succeed"}`), Input: aws.String("{")}, "InvalidExecutionInput", ""},
		{"deep input", sfn.TestStateInput{Definition: aws.String(`{"Type":"Succeed"}`), Input: aws.String(strings.Repeat("[", 1001) + strings.Repeat("]", 1001))}, "InvalidExecutionInput", ""},
		{"variables", sfn.TestStateInput{Definition: aws.String(`{"Type":"Succeed"}`), Variables: aws.String("[]")}, "ValidationException", ""},
		{"definition", sfn.TestStateInput{Definition: aws.String(`[]`)}, "InvalidDefinition", "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null'"},
		{"callback without mock", sfn.TestStateInput{Definition: aws.String(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","Parameters":{"FunctionName":"f","Payload":{"t.$":"$$.Task.Token"}},"End":true}`), RoleArn: aws.String(roleARN)}, "ValidationException", ""},
		{"service without mock", sfn.TestStateInput{Definition: &put, RoleArn: aws.String(roleARN)}, "ValidationException", "The resource 'arn:aws:states:::dynamodb:putItem' cannot be called here: test the state with the parameter mock"},
		{"item reader", sfn.TestStateInput{Definition: aws.String(`{"StartAt":"M","States":{"M":{"Type":"Map","ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b"}},"ItemProcessor":` + processor + `,"End":true}}}`), StateName: aws.String("M"), Mock: mocked("[]")}, "ValidationException", "The items of the state 'M' cannot be read here: test it without its ItemReader"},
		{"service without mock in a machine", sfn.TestStateInput{Definition: aws.String(`{"StartAt":"A","States":{"A":` + put + `,"P":{"Type":"Pass","End":true}}}`), StateName: aws.String("A"), RoleArn: aws.String(roleARN)}, "ValidationException", "The resource 'arn:aws:states:::dynamodb:putItem' cannot be called here: test the state with the parameter mock"},
	} {
		t.Run(c.title, func(t *testing.T) {
			_, err := a.TestState(t.Context(), &c.in)
			a.wantError(err, c.kind, c.message)
		})
	}
}

func TestTestStateStartsExecutions(t *testing.T) {
	a := newAPI(t)
	a.create("nested", pass, "")
	definition := `{"Type":"Task","Resource":"arn:aws:states:::states:startExecution","End":true,
		"Parameters":{"StateMachineArn.$":"$.of","Input":{"b":2}},"ResultSelector":{"arn.$":"$.ExecutionArn"}}`
	out, err := a.TestState(t.Context(), &sfn.TestStateInput{Definition: &definition, RoleArn: aws.String(roleARN), Input: aws.String(`{"of":"` + machine + `nested"}`)})
	must(t, err)
	listed, err := a.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: aws.String(machine + "nested")})
	must(t, err)
	if len(listed.Executions) != 1 || *out.Output != `{"arn":"`+*listed.Executions[0].ExecutionArn+`"}` {
		t.Errorf("%s, %d executions", *out.Output, len(listed.Executions))
	}
	none, err := a.TestState(t.Context(), &sfn.TestStateInput{Definition: &definition, RoleArn: aws.String(roleARN), Input: aws.String(`{"of":"` + machine + `none"}`)})
	must(t, err)
	if none.Status != types.TestExecutionStatusFailed || *none.Error != "StepFunctions.StateMachineDoesNotExistException" {
		t.Errorf("%s %s", none.Status, aws.ToString(none.Error))
	}
}
