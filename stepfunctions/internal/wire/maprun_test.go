package wire_test

import (
	"context"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/engine"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

const distributed = `{"StartAt":"All","States":{"All":{"Type":"Map","Label":"all","MaxConcurrency":1,"ToleratedFailureCount":1,"End":true,
	"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"One","States":{
	"One":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:one","End":true}}}}}}`

// blocked makes the function of distributed report when it is called and wait
// to be let go; the item 2 fails.
func (a *api) blocked() (called chan string, let chan struct{}) {
	called, let = make(chan string, 3), make(chan struct{})
	a.invoker.Handle("arn:aws:lambda:us-east-1:123456789012:function:one", func(ctx context.Context, in []byte) ([]byte, error) {
		called <- string(in)
		select {
		case <-let:
		case <-ctx.Done():
		}
		if string(in) == "2" {
			return nil, &engine.FunctionError{Payload: []byte(`{"errorType":"Two"}`)}
		}
		return in, nil
	})
	return called, let
}

func (a *api) onlyMapRun(execution *string) *sfn.DescribeMapRunOutput {
	a.Helper()
	runs, err := a.ListMapRuns(a.Context(), &sfn.ListMapRunsInput{ExecutionArn: execution})
	must(a, err)
	if len(runs.MapRuns) != 1 || *runs.MapRuns[0].StateMachineArn != machine+"m/all" || *runs.MapRuns[0].ExecutionArn != *execution {
		a.Fatalf("%+v", runs.MapRuns)
	}
	out, err := a.DescribeMapRun(a.Context(), &sfn.DescribeMapRunInput{MapRunArn: runs.MapRuns[0].MapRunArn})
	must(a, err)
	return out
}

func TestMapRun(t *testing.T) {
	a := newAPI(t)
	called, let := a.blocked()
	x := a.start(a.create("m", distributed, ""), "e", `[1,2,3]`)
	<-called
	m := a.onlyMapRun(x)
	if c := m.ExecutionCounts; m.Status != types.MapRunStatusRunning || m.MaxConcurrency != 1 || m.ToleratedFailureCount != 1 || c.Running != 1 || c.Pending != 2 || c.Total != 3 || m.ItemCounts.Running != 1 {
		t.Errorf("at the start %+v %+v", m, c)
	}
	_, err := a.UpdateMapRun(t.Context(), &sfn.UpdateMapRunInput{MapRunArn: m.MapRunArn, MaxConcurrency: aws.Int32(0)})
	must(t, err)
	<-called
	<-called
	if c := a.onlyMapRun(x).ExecutionCounts; c.Running != 3 || c.Pending != 0 {
		t.Errorf("without a bound %+v", c)
	}
	close(let)
	if d := a.ended(x); d.Status != types.ExecutionStatusSucceeded || *d.Output != "[1,3]" {
		t.Errorf("%s %s", d.Status, aws.ToString(d.Output))
	}
	m = a.onlyMapRun(x)
	if c := m.ItemCounts; m.Status != types.MapRunStatusSucceeded || m.StopDate == nil || c.Succeeded != 2 || c.Failed != 1 || c.Running != 0 {
		t.Errorf("at the end %+v %+v", m, c)
	}
	_, err = a.UpdateMapRun(t.Context(), &sfn.UpdateMapRunInput{MapRunArn: m.MapRunArn, MaxConcurrency: aws.Int32(1)})
	a.wantError(err, "ValidationException", "")
}

func TestMapRunFailsByNewLimits(t *testing.T) {
	a := newAPI(t)
	called, let := a.blocked()
	x := a.start(a.create("m", distributed, ""), "e", `[2,1,3]`)
	<-called
	let <- struct{}{}
	<-called
	m := a.onlyMapRun(x)
	_, err := a.UpdateMapRun(t.Context(), &sfn.UpdateMapRunInput{MapRunArn: m.MapRunArn, ToleratedFailureCount: aws.Int64(0)})
	must(t, err)
	if d := a.ended(x); *d.Error != "States.ExceedToleratedFailureThreshold" {
		t.Errorf("%s", *d.Error)
	}
	if c := a.onlyMapRun(x).ExecutionCounts; c.Failed != 1 || c.Aborted != 1 || c.Pending != 1 {
		t.Errorf("%+v", c)
	}
	_, err = a.RedriveExecution(t.Context(), &sfn.RedriveExecutionInput{ExecutionArn: x})
	must(t, err)
	if m := a.onlyMapRun(x); m.Status != types.MapRunStatusRunning || *m.RedriveCount != 1 || m.ExecutionCounts.Failed != 0 {
		t.Errorf("redriven %+v", m)
	}
}

func TestMapRunRefused(t *testing.T) {
	a := newAPI(t)
	none := "arn:aws:states:us-east-1:123456789012:mapRun:m/all:none"
	_, err := a.DescribeMapRun(t.Context(), &sfn.DescribeMapRunInput{MapRunArn: &none})
	a.wantError(err, "ResourceNotFound", "Resource not found: '"+none+"'")
	_, err = a.UpdateMapRun(t.Context(), &sfn.UpdateMapRunInput{MapRunArn: &none})
	a.wantError(err, "ValidationException", "")
	_, err = a.DescribeMapRun(t.Context(), &sfn.DescribeMapRunInput{MapRunArn: aws.String(machine + "m")})
	a.wantError(err, "InvalidArn", "Invalid Arn: 'Resource type not valid in this context: stateMachine'")
	_, err = a.ListExecutions(t.Context(), &sfn.ListExecutionsInput{MapRunArn: &none})
	a.wantError(err, "ResourceNotFound", "")
}
