package template

import (
	"cmp"
	"strings"
)

// kind is what this package knows of a type of resources besides functions and
// state machines: which property names it, and what Ref and GetAtt give. In the
// patterns NAME is the name, REGION and ACCOUNT are the place's, BALANCER is how
// ARNs of load balancers name their type, and zeros stand for what AWS makes up.
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
	"AWS::ECS::Cluster":         {"ClusterName", "", map[string]string{"Arn": "arn:aws:ecs:REGION:ACCOUNT:cluster/NAME"}},
	"AWS::Batch::JobQueue":      {"JobQueueName", "arn:aws:batch:REGION:ACCOUNT:job-queue/NAME", map[string]string{"JobQueueArn": "arn:aws:batch:REGION:ACCOUNT:job-queue/NAME"}},
	"AWS::Batch::JobDefinition": {"JobDefinitionName", "arn:aws:batch:REGION:ACCOUNT:job-definition/NAME:1", nil},
	"AWS::Batch::ComputeEnvironment": {"ComputeEnvironmentName", "arn:aws:batch:REGION:ACCOUNT:compute-environment/NAME", map[string]string{
		"ComputeEnvironmentArn": "arn:aws:batch:REGION:ACCOUNT:compute-environment/NAME"}},
	"AWS::Lambda::LayerVersion":     layer,
	"AWS::Serverless::LayerVersion": layer,
	"AWS::CloudFormation::Stack":    stack,
	"AWS::Serverless::Application":  stack,
	"AWS::ElasticLoadBalancingV2::LoadBalancer": {"Name", loadBalancer, map[string]string{
		"LoadBalancerArn": loadBalancer, "LoadBalancerFullName": "BALANCER/NAME/0000000000000000", "LoadBalancerName": "NAME"}},
	"AWS::ElasticLoadBalancingV2::TargetGroup": {"Name", targetGroup, map[string]string{
		"TargetGroupArn": targetGroup, "TargetGroupFullName": "targetgroup/NAME/0000000000000000", "TargetGroupName": "NAME"}},
	"AWS::SageMaker::Model":          {"ModelName", "arn:aws:sagemaker:REGION:ACCOUNT:model/NAME", map[string]string{"ModelName": "NAME"}},
	"AWS::SageMaker::EndpointConfig": {"EndpointConfigName", "arn:aws:sagemaker:REGION:ACCOUNT:endpoint-config/NAME", map[string]string{"EndpointConfigName": "NAME"}},
	"AWS::SageMaker::Endpoint":       {"EndpointName", "arn:aws:sagemaker:REGION:ACCOUNT:endpoint/NAME", map[string]string{"EndpointName": "NAME"}},
	"AWS::IAM::ManagedPolicy":        {"ManagedPolicyName", "arn:aws:iam::ACCOUNT:policy/NAME", map[string]string{"PolicyArn": "arn:aws:iam::ACCOUNT:policy/NAME"}},
	"AWS::DynamoDB::Table":           {"TableName", "", table},
	"AWS::DynamoDB::GlobalTable":     {"TableName", "", table},
	"AWS::Serverless::SimpleTable":   {"TableName", "", table},
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

// layer and stack are what two types each are.
var (
	layer = kind{"LayerName", "arn:aws:lambda:REGION:ACCOUNT:layer:NAME:1", map[string]string{"LayerVersionArn": "arn:aws:lambda:REGION:ACCOUNT:layer:NAME:1"}}
	stack = kind{"", "arn:aws:cloudformation:REGION:ACCOUNT:stack/" + stackName + "-NAME/00000000-0000-0000-0000-000000000000", nil}
)

const (
	loadBalancer = "arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/BALANCER/NAME/0000000000000000"
	targetGroup  = "arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/0000000000000000"
)

// balancers are the types of load balancers in their ARNs.
var balancers = map[string]string{"": "app", "application": "app", "network": "net", "gateway": "gwy"}

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
	if strings.Contains(pattern, "BALANCER") {
		kind, err := t.property(r, "Type")
		if err != nil {
			return nil, err
		}
		pattern = strings.Replace(pattern, "BALANCER", balancers[kind], 1)
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
