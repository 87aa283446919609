package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// trading is a template of one state machine that calls a function, reads and
// writes a table, and informs a topic.
const trading = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: orders.asl.json
      DefinitionSubstitutions: {Topic: !Ref Topic}
`

const tradingASL = `{"StartAt":"Check","States":{
	"Check":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","Next":"Read","Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":1000}]},
	"Read":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","Parameters":{"TableName":"t","Key":{}},"Next":"Notify"},
	"Notify":{"Type":"Task","Resource":"arn:aws:states:::sns:publish","Parameters":{"TopicArn":"${Topic}","Message":"m"},"End":true}}}`

const tradingMocks = `{"StateMachines": {"Orders": {"TestCases": {"Sold": {"Check": "Busy", "Read": "Item"}, "Unread": {"Check": "Busy"}}}, "Ordres": {}},
"MockedResponses": {"Busy": {"0": {"Throw": {"Error": "Busy", "Cause": "private"}}, "1": {"Return": {"n": 1}}}, "Item": {"0": {"Return": {"Item": {}}}}}}`

// A template is rejected as it is, and runs with mocks, stubs and short waits.
func TestMocksAndStubs(t *testing.T) {
	p := newProject(t, trading, tradingASL)
	p.refused("Orders cannot run here: DefinitionUri: Invalid State Machine Definition: 'UNSUPPORTED_BY_LOCAL_ENGINE: The resource arn:aws:states:::dynamodb:getItem")
	p.write("mocks.json", tradingMocks)
	s := p.starts("-mock", filepath.Join(p.dir, "mocks.json"), "-integrations", "stub", "-time-scale", "0", "-v")
	started, err := s.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(arn + "Orders#Sold"), Name: aws.String("x"), Input: aws.String(`{"secret":"private"}`)})
	must(t, err)
	s.until(t, started.ExecutionArn, types.ExecutionStatusSucceeded)
	failed, err := s.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(arn + "Orders"), Name: aws.String("y")})
	must(t, err)
	s.until(t, failed.ExecutionArn, types.ExecutionStatusFailed)
	missing, err := s.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(arn + "Orders#Unread"), Name: aws.String("z")})
	must(t, err)
	s.until(t, missing.ExecutionArn, types.ExecutionStatusFailed)
	s.end(t)
	log := p.log.take()
	for _, want := range []string{
		`stateMachine=Orders calls="mocked: Check (arn:aws:lambda:us-east-1:123456789012:function:f), Read (dynamodb:getItem); stubbed: Notify (sns:publish)"`,
		`msg="Orders/x TaskStateEntered Check"`,
		`msg="Orders/x LambdaFunctionFailed at Check: Busy"`,
		`msg="Orders/x answered by a stub" state=Notify call=sns:publish`,
		`msg="Orders/x SUCCEEDED in `,
		`msg="Orders/z has a task without a mock, stub or function" why="Nothing answers for dynamodb:getItem, which the state 'Read' calls`,
		`msg="Orders/y FAILED in `, ` at Check: Lambda.SdkClientException"`,
		"nothing answers at the Lambda endpoint",
		`the mock file has a state machine that is not there" why=`,
		"aws stepfunctions start-execution --endpoint-url http://127.0.0.1:",
		" --region us-east-1 --state-machine-arn " + arn + "Orders --input '{}'\n",
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
	if strings.Contains(log, "private") {
		t.Errorf("the log has data:\n%s", log)
	}
	if text, err := os.ReadFile(filepath.Join(p.dir, "data", ".gitignore")); err != nil || !strings.Contains(string(text), "\n*\n") {
		t.Errorf("the data folder's .gitignore is %q, %v", text, err)
	}
}

// Where mocks answer for every function, it is no fault that no function runs.
func TestNoEndpointIsMissedWhereFunctionsAreMocked(t *testing.T) {
	const text, byDefault = `{"StateMachines": {"Orders": {%s"TestCases": {"All": {"Check": "R", "Read": "R", "Notify": "R"}}}}, "MockedResponses": {"R": {"0": {"Return": {}}}}}`,
		`"DefaultTestCase": "All", `
	for chosen, missed := range map[string]bool{byDefault: false, "": true} {
		p := newProject(t, trading, tradingASL)
		p.write("mocks.json", strings.Replace(text, "%s", chosen, 1))
		p.starts("-mock", filepath.Join(p.dir, "mocks.json")).end(t)
		if log := p.log.take(); strings.Contains(log, "nothing answers at the Lambda endpoint") != missed {
			t.Errorf("with %q, missed should be %t:\n%s", chosen, missed, log)
		}
	}
}

// Names that lead nowhere are logged, with their place and the name that may be
// meant, and stop nothing: Step Functions Local takes such a file, too.
func TestMocksOfNothingAreReported(t *testing.T) {
	p := newProject(t, trading, tradingASL)
	p.write("mocks.json", strings.ReplaceAll(tradingMocks, `"Read"`, `"Raed"`))
	s := p.starts("-mock", filepath.Join(p.dir, "mocks.json"))
	s.end(t)
	log := p.log.take()
	for _, want := range []string{
		`msg="a mock has no effect" stateMachine=Orders`, `mocks.json:1:79: StateMachines.Orders.TestCases.Sold.Raed: the state machine has no such state; did you mean \"Read\"?"`,
		`msg="the mock file has a state machine that is not there"`, `mocks.json:1:129: StateMachines.Ordres: there is no such state machine; did you mean \"Orders\"?"`,
	} {
		if strings.Count(log, want) != 1 {
			t.Errorf("the log should have %s once:\n%s", want, log)
		}
	}
}

// Without a template a name is asked back for once a machine of about that name
// is created.
func TestMocksOfAMachineThatIsCreated(t *testing.T) {
	p := newProject(t, trading, tradingASL)
	p.write("mocks.json", tradingMocks)
	s := p.starts("-template", "", "-mock", filepath.Join(p.dir, "mocks.json"))
	for _, name := range []string{"Payments", "Order"} {
		_, err := s.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: aws.String(name), RoleArn: aws.String("r"), Definition: aws.String(`{"StartAt":"S","States":{"S":{"Type":"Succeed"}}}`)})
		must(t, err)
	}
	s.end(t)
	const want = `StateMachines.Orders: there is no such state machine; did you mean \"Order\"?"`
	if log := p.log.take(); strings.Count(log, want) != 1 || strings.Contains(log, "Payments") {
		t.Errorf("the log should have %s once:\n%s", want, log)
	}
}

// The skeleton can be used as it is.
func TestWriteMocks(t *testing.T) {
	p := newProject(t, trading, tradingASL)
	path := filepath.Join(p.dir, "skeleton.json")
	var stderr strings.Builder
	if status := run(t.Context(), p.args([]string{"-write-mocks", path}), none, t.Output(), &stderr); status != 0 {
		t.Fatalf("status %d: %s", status, stderr.String())
	}
	p.refused("skeleton.json is there already, and is not overwritten", "-write-mocks", path)
	s := p.starts("-mock", path)
	started, err := s.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(arn + "Orders")})
	must(t, err)
	s.until(t, started.ExecutionArn, types.ExecutionStatusSucceeded)
	s.end(t)
}

// A definition can stand in the place of a template, and a test case needs a
// mock file.
func TestADefinitionInPlaceOfATemplate(t *testing.T) {
	p := newProject(t, "StartAt: S\nStates:\n  S: {Type: Succeed}\n", "")
	s := p.starts()
	_, err := s.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(arn + "template#Good")})
	if err == nil || !strings.Contains(err.Error(), `ValidationException: the test case "Good" needs a mock file: start with -mock FILE`) {
		t.Errorf("got %v", err)
	}
	started, err := s.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(arn + "template")})
	must(t, err)
	s.until(t, started.ExecutionArn, types.ExecutionStatusSucceeded)
	s.end(t)
}
