package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// orders is a template of one state machine with a Lambda function, as sam
// init would lay it out.
const orders = `
Transform: AWS::Serverless-2016-10-31
Parameters: {Greeting: {Type: String, Default: hello}}
Resources:
  Pay: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: live}}
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: orders.asl.json
      DefinitionSubstitutions: {PayArn: !Ref Pay.Alias, Greeting: !Ref Greeting}
      AutoPublishAlias: live
  Plain:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: plain
      StateMachineType: EXPRESS
      DefinitionString: '{"StartAt":"S","States":{"S":{"Type":"Succeed"}}}'
`

const ordersASL = `{"StartAt":"Pay","States":{
	"Pay":{"Type":"Task","Resource":"${PayArn}","Parameters":{"say":"${Greeting}"},"End":true}}}`

const arn = "arn:aws:states:us-east-1:123456789012:stateMachine:"

// TestATemplateIsServed starts the program with a template and runs an
// execution through the alias, then starts it again with the same template,
// with another parameter, and without the template.
func TestATemplateIsServed(t *testing.T) {
	functions := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.String() != "/2015-03-31/functions/Pay/invocations" {
			t.Errorf("called %s", r.URL)
		}
		io.Copy(w, r.Body)
	}))
	defer functions.Close()
	p := newProject(t, orders, ordersASL)
	p.endpoint = functions.URL
	for _, start := range []struct {
		args     []string
		says     string
		version  string
		versions int
		logs     []string
	}{
		{nil, "hello", ":1", 1, []string{"created\" arn=" + arn + "Orders alias=" + arn + "Orders:live", "created\" arn=" + arn + "plain"}},
		{nil, "hello", ":1", 1, []string{"unchanged\" arn=" + arn + "Orders", "unchanged\" arn=" + arn + "plain"}},
		{[]string{"-parameter", "Greeting=a=b"}, "a=b", ":2", 2, []string{"updated\" arn=" + arn + "Orders", "unchanged\" arn=" + arn + "plain"}},
		{[]string{"-template", ""}, "a=b", ":2", 2, nil},
	} {
		s := p.starts(start.args...)
		p.logged(start.logs...)
		started, err := s.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(arn + "Orders:live")})
		must(t, err)
		x := s.until(t, started.ExecutionArn, types.ExecutionStatusSucceeded)
		if *x.Output != `{"say":"`+start.says+`"}` || *x.StateMachineVersionArn != arn+"Orders"+start.version {
			t.Errorf("version %s: output %s", *x.StateMachineVersionArn, *x.Output)
		}
		versions, err := s.ListStateMachineVersions(t.Context(), &sfn.ListStateMachineVersionsInput{StateMachineArn: aws.String(arn + "Orders")})
		must(t, err)
		if len(versions.StateMachineVersions) != start.versions {
			t.Errorf("there are %d versions, want %d", len(versions.StateMachineVersions), start.versions)
		}
		s.end(t)
	}
}

// TestARunningExecutionKeepsItsDefinition through a start with another one.
func TestARunningExecutionKeepsItsDefinition(t *testing.T) {
	const wait = `{"StartAt":"W","States":{"W":{"Type":"Wait","SecondsPath":"$.seconds","Next":"P"},"P":{"Type":"Pass","Result":"before","End":true}}}`
	p := newProject(t, machine("Definition: "+wait), "")
	s := p.starts()
	started, err := s.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(arn + "M"), Input: aws.String(`{"seconds":1}`)})
	must(t, err)
	s.end(t)
	p.write("template.yaml", machine("Definition: "+strings.Replace(wait, "before", "after", 1)))
	s = p.starts()
	if x := s.until(t, started.ExecutionArn, types.ExecutionStatusSucceeded); *x.Output != `"before"` {
		t.Errorf("output %s", *x.Output)
	}
	p.logged("created", "updated")
	s.end(t)
}
