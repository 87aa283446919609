package template

import (
	"cmp"
	"strings"
)

// kind is what this package knows of a type of resources besides functions and
// state machines: which property names it, and what Ref and GetAtt give. In the
// patterns NAME is the name, REGION and ACCOUNT are the place's.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
type kind struct {
	// name is the property with the resource's name, "" where it has none.
	name string
	// ref is the pattern of what Ref gives, "" for the name.
	ref string
	// attributes are the patterns of what GetAtt gives.
	attributes map[string]string
}

var kinds = map[string]kind{
	"AWS::SNS::Topic": {"TopicName", "arn:aws:sns:REGION:ACCOUNT:NAME", map[string]string{
		"TopicArn": "arn:aws:sns:REGION:ACCOUNT:NAME", "TopicName": "NAME"}},
	"AWS::SQS::Queue": {"QueueName", "https://sqs.REGION.amazonaws.com/ACCOUNT/NAME", map[string]string{
		"Arn": "arn:aws:sqs:REGION:ACCOUNT:NAME", "QueueUrl": "https://sqs.REGION.amazonaws.com/ACCOUNT/NAME", "QueueName": "NAME"}},
	"AWS::StepFunctions::Activity": {"Name", "arn:aws:states:REGION:ACCOUNT:activity:NAME", map[string]string{
		"Arn": "arn:aws:states:REGION:ACCOUNT:activity:NAME", "Name": "NAME"}},
	"AWS::SecretsManager::Secret": {"Name", "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-AbCdEf", map[string]string{
		"Id": "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-AbCdEf"}},
	"AWS::ECS::TaskDefinition": {"Family", "arn:aws:ecs:REGION:ACCOUNT:task-definition/NAME:1", map[string]string{
		"TaskDefinitionArn": "arn:aws:ecs:REGION:ACCOUNT:task-definition/NAME:1"}},
	"AWS::ECS::Cluster":            {"ClusterName", "", map[string]string{"Arn": "arn:aws:ecs:REGION:ACCOUNT:cluster/NAME"}},
	"AWS::Batch::JobQueue":         {"JobQueueName", "arn:aws:batch:REGION:ACCOUNT:job-queue/NAME", map[string]string{"JobQueueArn": "arn:aws:batch:REGION:ACCOUNT:job-queue/NAME"}},
	"AWS::Batch::JobDefinition":    {"JobDefinitionName", "arn:aws:batch:REGION:ACCOUNT:job-definition/NAME:1", nil},
	"AWS::DynamoDB::Table":         {"TableName", "", table},
	"AWS::DynamoDB::GlobalTable":   {"TableName", "", table},
	"AWS::Serverless::SimpleTable": {"TableName", "", table},
	"AWS::S3::Bucket": {"BucketName", "", map[string]string{
		"Arn": "arn:aws:s3:::NAME", "DomainName": "NAME.s3.amazonaws.com", "RegionalDomainName": "NAME.s3.REGION.amazonaws.com",
		"DualStackDomainName": "NAME.s3.dualstack.REGION.amazonaws.com"}},
	"AWS::Events::EventBus":   {"Name", "", map[string]string{"Arn": "arn:aws:events:REGION:ACCOUNT:event-bus/NAME", "Name": "NAME"}},
	"AWS::Events::Rule":       {"Name", "", map[string]string{"Arn": "arn:aws:events:REGION:ACCOUNT:rule/NAME"}},
	"AWS::Kinesis::Stream":    {"Name", "", map[string]string{"Arn": "arn:aws:kinesis:REGION:ACCOUNT:stream/NAME"}},
	"AWS::IAM::Role":          {"RoleName", "", map[string]string{"Arn": "arn:aws:iam::ACCOUNT:role/NAME"}},
	"AWS::Logs::LogGroup":     {"LogGroupName", "", map[string]string{"Arn": "arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*"}},
	"AWS::SSM::Parameter":     {"Name", "", map[string]string{"Value": ""}},
	"AWS::Glue::Job":          {"Name", "", nil},
	"AWS::Glue::Crawler":      {"Name", "", nil},
	"AWS::CodeBuild::Project": {"Name", "", map[string]string{"Arn": "arn:aws:codebuild:REGION:ACCOUNT:project/NAME"}},
	"AWS::KMS::Key":           {"", "", map[string]string{"Arn": "arn:aws:kms:REGION:ACCOUNT:key/NAME", "KeyId": "NAME"}},
}

// table is what GetAtt of a table gives. The label of a stream is the time at
// which it was made.
var table = map[string]string{
	"Arn":       "arn:aws:dynamodb:REGION:ACCOUNT:table/NAME",
	"StreamArn": "arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/stream/2015-01-01T00:00:00.000",
}

// identity returns what Ref of a resource gives.
func (t *template) identity(id string, r resource) (any, error) {
	k, known := kinds[r.kind]
	if !known {
		return id, nil
	}
	return t.pattern(cmp.Or(k.ref, "NAME"), id, r)
}

// described returns what GetAtt of a resource gives. What no template says has a
// stand-in, and a warning.
func (t *template) described(id string, r resource, attribute string) (any, error) {
	k := kinds[r.kind]
	if pattern := k.attributes[attribute]; pattern != "" {
		return t.pattern(pattern, id, r)
	}
	var standIn string
	switch {
	case attribute == "Arn":
		return t.arn(service(r.kind), id), nil
	case strings.HasSuffix(attribute, "Arn"):
		standIn = t.arn(service(r.kind), id+"/"+attribute)
	case strings.HasSuffix(attribute, "Url") || strings.HasSuffix(attribute, "Endpoint"):
		standIn = "https://" + strings.ToLower(id) + ".invalid"
	default:
		standIn = id + "-" + strings.ReplaceAll(attribute, ".", "-")
	}
	t.warn("the attribute " + id + "." + attribute + " is known on AWS only: " + standIn + " stands in for it")
	return standIn, nil
}

// pattern fills in the name of the resource and the place.
func (t *template) pattern(pattern, id string, r resource) (any, error) {
	name, err := t.property(r, kinds[r.kind].name)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = id
		if r.kind == "AWS::S3::Bucket" {
			name = strings.ToLower(id)
		}
	}
	return strings.NewReplacer("REGION", t.place.Region, "ACCOUNT", t.place.Account, "NAME", name).Replace(pattern), nil
}

// isGenerated reports whether SAM makes a resource of that logical id: the API of
// events that name none, and the role of a function or state machine.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
func (t *template) isGenerated(id string) bool {
	switch id {
	case "ServerlessRestApi", "ServerlessRestApiProdStage":
		return t.hasEvent("Api")
	case "ServerlessHttpApi", "ServerlessHttpApiApiGatewayDefaultStage":
		return t.hasEvent("HttpApi")
	}
	of, isRole := strings.CutSuffix(id, "Role")
	owner := t.resources[of]
	_, given := owner.properties["Role"]
	return isRole && !given && (owner.kind == "AWS::Serverless::Function" || owner.kind == samMachine)
}

// generated returns the resource that SAM makes.
func generated(id string) resource {
	switch {
	case strings.HasSuffix(id, "Role"):
		return resource{kind: "AWS::IAM::Role"}
	case strings.HasPrefix(id, "ServerlessHttpApi"):
		return resource{kind: "AWS::ApiGatewayV2::Api"}
	}
	return resource{kind: "AWS::ApiGateway::RestApi"}
}

// hasEvent reports whether a function or state machine has an event of a type.
func (t *template) hasEvent(kind string) bool {
	for _, r := range t.resources {
		events, _ := r.properties["Events"].(map[string]any)
		for _, e := range events {
			event, _ := e.(map[string]any)
			if event["Type"] == kind {
				return true
			}
		}
	}
	return false
}
