package template

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// How a definition in a file becomes JSON: JSON first, then YAML, in the order
// of the file, and with substitutions until none is left.
func TestDefinitionFiles(t *testing.T) {
	for title, c := range map[string]struct{ file, properties, want string }{
		"JSON with commas too many": {`{"StartAt":"P","States":{"P":{"Type":"Pass","End":true,},},}`, "", `{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}`},
		"flow style":                {`{StartAt: P, States: {P: {Type: Pass, End: true}}}`, "", `{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}`},
		"order":                     {"z: 1\na: 2\nm: {y: 1, b: 2}\n", "", `{"z":1,"a":2,"m":{"y":1,"b":2}}`},
		"order of anchors":          {"a: &a {y: 1, b: 2}\nc:\n  z: 0\n  <<: *a\n  b: 3\n", "", `{"a":{"y":1,"b":2},"c":{"z":0,"b":3,"y":1}}`},
		"order of a merge":          {"a: &a {z: 1, y: 2, b: 3}\nc:\n  <<: [*a, {y: 4, q: 5, c: 6}]\n  b: 7\n", "", `{"a":{"z":1,"y":2,"b":3},"c":{"b":7,"z":1,"y":2,"q":5,"c":6}}`},
		"twice":                     {"a: 1\nb: 2\na: 3\n", "", `{"a":3,"b":2}`},
		"JSON stays":                {"{\"a\" : 1.0}", "", "{\"a\" : 1.0}"},
		"substitution of another":   {`{"a":"${A}"}`, `, DefinitionSubstitutions: {A: '${B}', B: x}`, `{"a":"x"}`},
		"substitution makes a name": {`{"a":"${A${B}}"}`, `, DefinitionSubstitutions: {AC: x, B: C}`, `{"a":"x"}`},
	} {
		t.Run(title, func(t *testing.T) {
			path := write(t, machineWith("DefinitionUri: m.asl"+c.properties))
			if err := os.WriteFile(filepath.Join(filepath.Dir(path), "m.asl"), []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			machines, err := StateMachines(path, place)
			if err != nil || machines[0].Definition != c.want || filepath.Base(machines[0].File) != "m.asl" {
				t.Errorf("got %+v, %v, want %s", machines, err, c.want)
			}
		})
	}
}

func TestUnfilledOfASubstitution(t *testing.T) {
	machines, err := StateMachines(write(t, machineWith("Definition: {a: '${A}'}, DefinitionSubstitutions: {A: '${B}'}")), place)
	if err != nil || !slices.Equal(machines[0].Unfilled, []string{"B"}) {
		t.Errorf("got %+v, %v, want B unfilled", machines, err)
	}
}

// A definition can stand in the place of a template.
func TestABareDefinition(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.asl.yaml")
	if err := os.WriteFile(path, []byte("StartAt: S\nStates: {S: {Type: Succeed}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	machines, err := StateMachines(path, place)
	if err != nil || len(machines) != 1 || machines[0].Name != "orders" || machines[0].Definition != `{"StartAt":"S","States":{"S":{"Type":"Succeed"}}}` {
		t.Errorf("got %+v, %v", machines, err)
	}
}

// Warnings are about what is hardly meant.
func TestWarnings(t *testing.T) {
	p := place
	var warnings []string
	p.Warn = func(what string) { warnings = append(warnings, what) }
	_, err := StateMachines(write(t, "Resources:\n  M: {Type: AWS::Serverless::StateMachine, Properties: {Name: a, Name: b, Definition: {a: !GetAtt Q.Weight}}}\n  Q: {Type: AWS::SQS::Queue}\n"), p)
	want := []string{`line 2, column 66: "Name" is there twice: the last one counts`, "the attribute Q.Weight is known on AWS only: Q-Weight stands in for it"}
	if err != nil || !slices.Equal(warnings, want) {
		t.Errorf("got %q, %v, want %q", warnings, err, want)
	}
}

// What Ref and GetAtt give for resources of other services, and for those that
// SAM makes.
func TestResources(t *testing.T) {
	const resources = `
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  Queue: {Type: AWS::SQS::Queue}
  Activity: {Type: AWS::StepFunctions::Activity, Properties: {Name: act}}
  Secret: {Type: AWS::SecretsManager::Secret}
  Job: {Type: AWS::ECS::TaskDefinition, Properties: {Family: job}}
  Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "${AWS::StackName}-t"}}
  Simple: {Type: AWS::Serverless::SimpleTable}
  Bucket: {Type: AWS::S3::Bucket}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: orders}}
  Fn: {Type: AWS::Serverless::Function, Properties: {Events: {A: {Type: Api}, B: {Type: HttpApi}}}}
  WithRole: {Type: AWS::Serverless::Function, Properties: {Role: x}}
  M2: {Type: AWS::Serverless::StateMachine, Condition: Never, Properties: {Definition: {}}}
  Layer: {Type: AWS::Serverless::LayerVersion, Properties: {LayerName: libs}}
  Nested: {Type: AWS::CloudFormation::Stack}
  App: {Type: AWS::Serverless::Application}
  Web: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer}
  Net: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Name: front, Type: network}}
  Group: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}
  Compute: {Type: AWS::Batch::ComputeEnvironment}
  Model: {Type: AWS::SageMaker::Model, Properties: {ModelName: m1}}
  Policy: {Type: AWS::IAM::ManagedPolicy}
`
	for expression, want := range map[string]string{
		"!Ref Topic":              "arn:aws:sns:us-east-1:123456789012:news",
		"!GetAtt Topic.TopicArn":  "arn:aws:sns:us-east-1:123456789012:news",
		"!GetAtt Topic.TopicName": "news",
		"!Ref Queue":              "https://sqs.us-east-1.amazonaws.com/123456789012/Queue",
		"!GetAtt Queue.QueueUrl":  "https://sqs.us-east-1.amazonaws.com/123456789012/Queue",
		"!GetAtt Queue.QueueName": "Queue",
		"!GetAtt Queue.Arn":       "arn:aws:sqs:us-east-1:123456789012:Queue",
		"!Ref Activity":           "arn:aws:states:us-east-1:123456789012:activity:act",
		"!Ref Secret":             "arn:aws:secretsmanager:us-east-1:123456789012:secret:Secret-AbCdEf",
		"!Ref Job":                "arn:aws:ecs:us-east-1:123456789012:task-definition/job:1",
		"!Ref Table":              "local-t",
		"!GetAtt Table.Arn":       "arn:aws:dynamodb:us-east-1:123456789012:table/local-t",
		"!GetAtt Table.StreamArn": "arn:aws:dynamodb:us-east-1:123456789012:table/local-t/stream/2015-01-01T00:00:00.000",
		"!Ref Simple":             "Simple",
		"!Ref Bucket":             "bucket",
		"!GetAtt Bucket.Arn":      "arn:aws:s3:::bucket",
		"!Ref Bus":                "orders",
		"!GetAtt Bus.Name":        "orders",
		"!Ref ServerlessRestApi":  "ServerlessRestApi",
		"!GetAtt ServerlessRestApi.RootResourceId": "ServerlessRestApi-RootResourceId",
		"!Ref ServerlessHttpApi":                   "ServerlessHttpApi",
		"!GetAtt FnRole.Arn":                       "arn:aws:iam::123456789012:role/FnRole",
		"!Ref MRole":                               "MRole",
		"!Sub 'x${FnRole}'":                        "xFnRole",
		"!Ref Fn":                                  "Fn",
		"!Ref M2":                                  "arn:aws:states:us-east-1:123456789012:stateMachine:M2",
		"!Ref Layer":                               "arn:aws:lambda:us-east-1:123456789012:layer:libs:1",
		"!Ref Nested":                              "arn:aws:cloudformation:us-east-1:123456789012:stack/local-Nested/00000000-0000-0000-0000-000000000000",
		"!Ref App":                                 "arn:aws:cloudformation:us-east-1:123456789012:stack/local-App/00000000-0000-0000-0000-000000000000",
		"!Ref Web":                                 "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/Web/0000000000000000",
		"!Ref Net":                                 "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/front/0000000000000000",
		"!GetAtt Net.LoadBalancerFullName":         "net/front/0000000000000000",
		"!Ref Group":                               "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/Group/0000000000000000",
		"!Ref Compute":                             "arn:aws:batch:us-east-1:123456789012:compute-environment/Compute",
		"!Ref Model":                               "arn:aws:sagemaker:us-east-1:123456789012:model/m1",
		"!GetAtt Model.ModelName":                  "m1",
		"!Ref Policy":                              "arn:aws:iam::123456789012:policy/Policy",
		"!GetAtt WithRoleRole.Arn":                 "",
		"!Ref ServerlessDeployment":                "",
	} {
		template := "Transform: AWS::Serverless-2016-10-31\nConditions: {Never: !Equals [a, b]}\nResources:" + resources +
			"  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Definition: {a: " + expression + "}\n"
		machines, err := StateMachines(write(t, template), place)
		switch {
		case want == "" && (err == nil || !strings.Contains(err.Error(), "the template has no")):
			t.Errorf("%s: got %+v, %v, want an error", expression, machines, err)
		case want != "" && (err != nil || machines[0].Definition != `{"a":"`+want+`"}`):
			t.Errorf("%s: got %+v, %v, want %s", expression, machines, err, want)
		}
	}
}
