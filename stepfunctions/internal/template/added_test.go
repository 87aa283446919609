package template

import (
	"strings"
	"testing"
)

// What a deployment adds to a template is not known here: a name that may be
// among it is no mistake.
func TestWhatADeploymentAddsIsNoMistake(t *testing.T) {
	const loop = "Fn::ForEach::Each: [N, [a, b], {'T${N}': {Type: AWS::SNS::Topic}}]"
	for title, template := range map[string]string{
		"a resource of a loop":        "Resources: {" + loop + ", M: {Type: AWS::Serverless::StateMachine, Properties: {Definition: {a: !Ref Ta}}}}",
		"an attribute of one":         "Resources: {" + loop + ", M: {Type: AWS::Serverless::StateMachine, Properties: {Definition: {a: !GetAtt Ta.TopicArn}}}}",
		"a condition of a loop":       machineWhere("!If [Ca, a, b]", "Conditions: {'Fn::ForEach::Each': [N, [a, b], {'C${N}': !Equals [a, b]}]}"),
		"a mapping of a file":         machineWhere("!FindInMap [A, b, c]", "Mappings: {'Fn::Transform': {Name: AWS::Include}}"),
		"a resource of a macro":       machineWhere("!Ref Other", "Transform: [AWS::Serverless-2016-10-31, Company]"),
		"a resource of a macro's own": machineWhere("!Ref Other", "Transform: {Name: AWS::Include}"),
	} {
		machines, err := StateMachines(write(t, template), place)
		if err != nil || len(machines) != 1 || machines[0].OnlyOnAWS == nil {
			t.Errorf("%s: got %+v, %v", title, machines, err)
		}
	}
}

// Names of aliases that are not texts of the resource itself, and attributes that
// are worked out.
func TestNamesThatAreWorkedOut(t *testing.T) {
	const function = "arn:aws:lambda:us-east-1:123456789012:function:F"
	for title, c := range map[string]struct{ template, want string }{
		"an alias by parameter": {"Parameters: {A: {Type: String, Default: live}}\n" +
			"Resources: {F: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: !Ref A}}, M: {Type: AWS::Serverless::StateMachine, Properties: {Definition: {a: !Ref FAliaslive}}}}", function},
		"an alias of all":      {machineWhere("!Ref FAliaslive", "Globals: {Function: {AutoPublishAlias: live}}"), function},
		"an attribute by name": {machineWhere("!GetAtt [F, !Ref A]", "Parameters: {A: {Type: String, Default: Arn}}"), function},
	} {
		machines, err := StateMachines(write(t, c.template), place)
		if err != nil || len(machines) != 1 || !strings.Contains(machines[0].Definition, `"`+c.want+`"`) {
			t.Errorf("%s: got %+v, %v", title, machines, err)
		}
	}
}

// Truth values of YAML 1.1 are some in a template, unless they are quoted or tagged.
func TestTruthValues(t *testing.T) {
	machines, err := StateMachines(write(t, machineWith("Definition: {a: yes, b: Off, c: 'no', d: \"on\", e: !!str yes, f: yes?}")), place)
	if want := `{"a":true,"b":false,"c":"no","d":"on","e":"yes","f":"yes?"}`; err != nil || machines[0].Definition != want {
		t.Errorf("got %+v, %v, want %s", machines, err, want)
	}
}
