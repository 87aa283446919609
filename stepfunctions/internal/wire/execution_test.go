package wire_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

func TestExecutionIsDescribed(t *testing.T) {
	a := newAPI(t)
	x := a.ended(a.start(a.create("m", pass, ""), "e", `{"a": 1}`))
	if x.Status != types.ExecutionStatusSucceeded || *x.Input != `{"a": 1}` || *x.Output != `{"a": 1}` || *x.Name != "e" ||
		*x.StateMachineArn != machine+"m" || x.StopDate.Before(*x.StartDate) || x.RedriveStatus != types.ExecutionRedriveStatusNotRedrivable ||
		*x.RedriveStatusReason != "Execution is SUCCEEDED and cannot be redriven" || !x.InputDetails.Included || !x.OutputDetails.Included {
		t.Errorf("%+v", x)
	}
	bare, err := a.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: x.ExecutionArn, IncludedData: types.IncludedDataMetadataOnly})
	must(t, err)
	if bare.Input != nil || bare.Output != nil {
		t.Errorf("data in %+v", bare)
	}
	of, err := a.DescribeStateMachineForExecution(t.Context(), &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: x.ExecutionArn})
	must(t, err)
	if *of.Definition != pass || *of.Name != "m" || *of.RoleArn != roleARN {
		t.Errorf("%+v", of)
	}
}

func TestStartIsIdempotentWhileItRuns(t *testing.T) {
	a := newAPI(t)
	m := a.create("m", forever, "")
	first, again := a.start(m, "e", `{}`), a.start(m, "e", `{}`)
	if *first != *again {
		t.Errorf("%s and %s", *first, *again)
	}
	_, err := a.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: m, Name: aws.String("e"), Input: aws.String(`{"other":1}`)})
	a.wantError(err, "ExecutionAlreadyExists", "Execution Already Exists: '"+*first+"'")
}

func TestStartRefused(t *testing.T) {
	a := newAPI(t)
	m := a.create("m", pass, "")
	for _, c := range []struct {
		in            sfn.StartExecutionInput
		kind, message string
	}{
		{sfn.StartExecutionInput{StateMachineArn: aws.String("m")}, "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: m'"},
		{sfn.StartExecutionInput{StateMachineArn: aws.String(machine + "none")}, "StateMachineDoesNotExist", "State Machine Does Not Exist: '" + machine + "none'"},
		{sfn.StartExecutionInput{StateMachineArn: m, Name: aws.String("a/b")}, "InvalidName", "Invalid Name: 'a/b'"},
		{sfn.StartExecutionInput{StateMachineArn: m, Input: aws.String("{")}, "InvalidExecutionInput", ""},
		{sfn.StartExecutionInput{StateMachineArn: m, TraceHeader: aws.String("é")}, "ValidationException", ""},
	} {
		_, err := a.StartExecution(t.Context(), &c.in)
		a.wantError(err, c.kind, c.message)
	}
}

func TestStopAndRedrive(t *testing.T) {
	a := newAPI(t)
	m := a.create("m", forever, "")
	x := a.start(m, "e", "{}")
	_, err := a.RedriveExecution(t.Context(), &sfn.RedriveExecutionInput{ExecutionArn: x})
	a.wantError(err, "ExecutionNotRedrivable", "Execution is RUNNING and cannot be redriven")
	stopped, err := a.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: x, Error: aws.String("E"), Cause: aws.String("C")})
	must(t, err)
	d := a.ended(x)
	if d.Status != types.ExecutionStatusAborted || *d.Error != "E" || *d.Cause != "C" || !d.StopDate.Equal(*stopped.StopDate) || d.RedriveStatus != types.ExecutionRedriveStatusRedrivable {
		t.Errorf("%+v", d)
	}
	_, err = a.RedriveExecution(t.Context(), &sfn.RedriveExecutionInput{ExecutionArn: x})
	must(t, err)
	again, err := a.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: x})
	must(t, err)
	if again.Status != types.ExecutionStatusRunning || *again.RedriveCount != 1 || again.RedriveDate == nil {
		t.Errorf("%+v", again)
	}
	listed, err := a.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: m, RedriveFilter: types.ExecutionRedriveFilterRedriven})
	must(t, err)
	if len(listed.Executions) != 1 {
		t.Errorf("%d redriven", len(listed.Executions))
	}
}

func TestExecutionsAreListed(t *testing.T) {
	a := newAPI(t)
	m, other := a.create("m", pass, ""), a.create("other", forever, "")
	for i := range 5 {
		a.ended(a.start(m, fmt.Sprint("e", i), "{}"))
	}
	a.start(other, "runs", "{}")
	var names []string
	pages := sfn.NewListExecutionsPaginator(a.Client, &sfn.ListExecutionsInput{StateMachineArn: m, MaxResults: 2, StatusFilter: types.ExecutionStatusSucceeded})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		must(t, err)
		for _, x := range page.Executions {
			names = append(names, *x.Name)
		}
	}
	if fmt.Sprint(names) != "[e4 e3 e2 e1 e0]" {
		t.Errorf("%v", names)
	}
	none, err := a.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: m, StatusFilter: types.ExecutionStatusRunning})
	must(t, err)
	if len(none.Executions) != 0 {
		t.Errorf("%v", none.Executions)
	}
	_, err = a.ListExecutions(t.Context(), &sfn.ListExecutionsInput{})
	a.wantError(err, "ValidationException", "")
	_, err = a.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: a.create("x", pass, types.StateMachineTypeExpress)})
	a.wantError(err, "StateMachineTypeNotSupported", "This operation is not supported by this type of state machine")
}

func TestSyncExecution(t *testing.T) {
	a := newAPI(t)
	express := a.create("x", `{"StartAt":"A","States":{"A":{"Type":"Fail","Error":"E","Cause":"C"}}}`, types.StateMachineTypeExpress)
	out, err := a.StartSyncExecution(t.Context(), &sfn.StartSyncExecutionInput{StateMachineArn: express, Input: aws.String(`{"a":1}`)})
	must(t, err)
	if out.Status != types.SyncExecutionStatusFailed || *out.Error != "E" || *out.Cause != "C" || *out.Input != `{"a":1}` ||
		out.BillingDetails.BilledDurationInMilliseconds != 100 || out.BillingDetails.BilledMemoryUsedInMB != 64 {
		t.Errorf("%+v", out)
	}
	_, err = a.StartSyncExecution(t.Context(), &sfn.StartSyncExecutionInput{StateMachineArn: a.create("m", pass, "")})
	a.wantError(err, "StateMachineTypeNotSupported", "This operation is not supported by this type of state machine")
}

func TestHistory(t *testing.T) {
	a := newAPI(t)
	x := a.ended(a.start(a.create("m", pass, ""), "e", `{"a":1}`)).ExecutionArn
	all, err := a.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: x})
	must(t, err)
	if n := len(all.Events); n != 4 || *all.Events[0].ExecutionStartedEventDetails.Input != `{"a":1}` || *all.Events[0].ExecutionStartedEventDetails.RoleArn != roleARN ||
		all.Events[0].ExecutionStartedEventDetails.InputDetails.Truncated || *all.Events[2].StateExitedEventDetails.Output != `{"a":1}` || all.Events[3].Type != types.HistoryEventTypeExecutionSucceeded {
		t.Errorf("%d events", n)
	}
	var ids []int64
	pages := sfn.NewGetExecutionHistoryPaginator(a.Client, &sfn.GetExecutionHistoryInput{ExecutionArn: x, MaxResults: 3, ReverseOrder: true, IncludeExecutionData: aws.Bool(false)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		must(t, err)
		for _, e := range page.Events {
			ids = append(ids, e.Id)
			if e.ExecutionStartedEventDetails != nil && e.ExecutionStartedEventDetails.Input != nil {
				t.Error("data was returned")
			}
		}
	}
	if fmt.Sprint(ids) != "[4 3 2 1]" {
		t.Errorf("%v", ids)
	}
	_, err = a.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: x, NextToken: aws.String("e30")})
	a.wantError(err, "InvalidToken", "")
	none := "arn:aws:states:us-east-1:123456789012:execution:m:none"
	_, err = a.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &none})
	a.wantError(err, "ExecutionDoesNotExist", "Execution Does Not Exist: '"+none+"'")
}

const callback = `{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","HeartbeatSeconds":600,
	"Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.Task.Token"}},"End":true}}}`

// token starts an execution of callback and gives the token of its task.
func (a *api) token(name string) (execution *string, token string) {
	a.Helper()
	tokens := make(chan string, 1)
	a.invoker.Handle("f", func(_ context.Context, in []byte) ([]byte, error) {
		var payload struct{ Token string }
		if err := json.Unmarshal(in, &payload); err != nil {
			return nil, err
		}
		tokens <- payload.Token
		return []byte("null"), nil
	})
	execution = a.start(a.create("callback", callback, ""), name, "{}")
	return execution, <-tokens
}

func TestTaskTokens(t *testing.T) {
	a := newAPI(t)
	x, token := a.token("succeeds")
	_, err := a.SendTaskHeartbeat(t.Context(), &sfn.SendTaskHeartbeatInput{TaskToken: &token})
	must(t, err)
	_, err = a.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("{")})
	a.wantError(err, "InvalidOutput", "")
	_, err = a.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`{"ok": true}`)})
	must(t, err)
	if d := a.ended(x); d.Status != types.ExecutionStatusSucceeded || *d.Output != `{"ok": true}` {
		t.Errorf("%+v", d)
	}
	_, err = a.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("1")})
	a.wantError(err, "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")

	x, token = a.token("fails")
	_, err = a.SendTaskFailure(t.Context(), &sfn.SendTaskFailureInput{TaskToken: &token, Error: aws.String("E"), Cause: aws.String("C")})
	must(t, err)
	if d := a.ended(x); d.Status != types.ExecutionStatusFailed || *d.Error != "E" || *d.Cause != "C" {
		t.Errorf("%+v", d)
	}
	_, err = a.SendTaskFailure(t.Context(), &sfn.SendTaskFailureInput{TaskToken: aws.String("nonsense")})
	a.wantError(err, "InvalidToken", "Invalid Token: 'Invalid token'")
}
