package server

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// machine returns a template of one state machine, M, besides those of others.
func machine(properties string, others ...string) string {
	return "Resources:\n  M: {Type: AWS::Serverless::StateMachine, Properties: {" + properties + "}}\n" + strings.Join(others, "\n")
}

const (
	works  = `  Works: {Type: AWS::Serverless::StateMachine, Properties: {Definition: {StartAt: S, States: {S: {Type: Succeed}}}}}`
	sqs    = `Definition: {StartAt: S, States: {S: {Type: Task, Resource: "arn:aws:states:::sqs:sendMessage", Parameters: {QueueUrl: q, MessageBody: b}, End: true}}}`
	jsonat = `Definition: {QueryLanguage: JSONata, StartAt: S, States: {S: {Type: Succeed}}}`
)

// What AWS would reject too is a mistake, and stops the start.
func TestMistakesStopTheStart(t *testing.T) {
	for title, c := range map[string]struct{ properties, says string }{
		"typo in a reference": {"Definition: {StartAt: !Ref Nosuch}", `: M: Definition: StartAt: the template has nothing named "Nosuch"`},
		"typo in the language": {"Definition: {StartAt: S, States: {S: {Type: Sucēed}}}",
			": M: Definition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED"},
		"typo in a placeholder": {"DefinitionUri: orders.asl.json, DefinitionSubstitutions: {PayArm: x}", "; DefinitionSubstitutions has no Greeting, PayArn"},
		"name":                  {"Name: a b, Definition: {StartAt: S, States: {S: {Type: Succeed}}}", ": M: InvalidName"},
		"nothing can run":       {sqs, ": M cannot run here: Definition: Invalid State Machine Definition: 'UNSUPPORTED_BY_LOCAL_ENGINE"},
		"only on AWS":           {"DefinitionUri: s3://b/k", ": M cannot run here: DefinitionUri: the definition in S3 is known on AWS only"},
	} {
		t.Run(title, func(t *testing.T) {
			newProject(t, machine(c.properties), ordersASL).refused(c.says)
		})
	}
	newProject(t, machine("DefinitionUri: orders.asl.json"), "{\n  \"StartAt\": \"S\",\n  \"States\": {\n    \"S\": {\"Type\": \"Succed\"}\n  }\n}").refused("orders.asl.json:4:11")
	two := newProject(t, machine(sqs, "  N: {Type: AWS::Serverless::StateMachine, Properties: {"+jsonat+"}}"), "")
	two.refused("; " + filepath.Join(two.dir, "template.yaml") + ": N cannot run here: Definition: ")
	newProject(t, "Resources: {F: {Type: AWS::Serverless::Function}}", "").refused("template.yaml: it has no state machine")
	newProject(t, orders, ordersASL).refused(`template.yaml: it has no parameter "Greting"`, "-parameter", "Greting=x")
}

// A template may have machines that only AWS can run beside others.
func TestWhatOnlyAWSCanRunIsLeftOut(t *testing.T) {
	for title, c := range map[string]struct{ properties, says string }{
		"integration": {sqs, "sqs:sendMessage"},
		"JSONata":     {jsonat, "JSONata"},
		"import":      {"Name: !ImportValue x", "Name: Fn::ImportValue is known on AWS only"},
	} {
		t.Run(title, func(t *testing.T) {
			p := newProject(t, machine(c.properties, works), "")
			s := p.starts()
			log := p.log.take()
			if !strings.Contains(log, "level=ERROR") || !strings.Contains(log, "resource=M") || !strings.Contains(log, c.says) || !strings.Contains(log, arn+"Works") {
				t.Errorf("logged %s", log)
			}
			all, err := s.ListStateMachines(t.Context(), &sfn.ListStateMachinesInput{})
			must(t, err)
			if len(all.StateMachines) != 1 || *all.StateMachines[0].Name != "Works" {
				t.Errorf("there are %+v", all.StateMachines)
			}
			s.end(t)
		})
	}
}

// AWS leaves it as it is, so this is no mistake, and hardly meant.
func TestAPlaceholderWithoutASubstitutionIsAWarning(t *testing.T) {
	p := newProject(t, machine("Definition: {StartAt: S, States: {S: {Type: Pass, Result: '${Typo}', End: true}}}"), "")
	p.starts().end(t)
	p.logged("placeholders=[Typo]", "created")
}
