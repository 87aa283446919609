package asl_test

import (
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

func TestValidateTask(t *testing.T) {
	const at = " at /States/S"
	for members, want := range map[string][]string{
		`"Type":"Task","End":true`:                {"These fields are required: [Resource]" + at},
		`"Type":"Task","End":true,"Resource":"f"`: {"Value is not a valid resource ARN" + at + "/Resource"},
		`"Type":"Task","End":true,"Resource":"arn:aws:lambda::111111111111:function:f"`: {
			"Value is not a valid resource ARN: the ARN of a Lambda function needs a region, as in arn:aws:lambda:REGION:ACCOUNT:function:NAME" + at + "/Resource",
		},
		`"Type":"Task","End":true,"Resource":"arn:aws:lambda:us-east-1:function:f"`: {
			"UNSUPPORTED_BY_LOCAL_ENGINE: The resource arn:aws:lambda:us-east-1:function:f is not supported: the ARN of a Lambda function has the form arn:aws:lambda:REGION:ACCOUNT:function:NAME" + at + "/Resource",
		},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke.sync"`: {"The resource provided arn:aws:states:::lambda:invoke.sync is not recognized. The value is not a valid resource ARN, or the resource is not available in this region." + at + "/Resource"},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMessage"`: {
			"UNSUPPORTED_BY_LOCAL_ENGINE: The resource arn:aws:states:::sqs:sendMessage is not supported by itself: give it a mock (-mock FILE; -write-mocks FILE makes such a file) or a stub (-integrations stub)" + at + "/Resource",
		},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::dynamodb:getItem"`: {
			"UNSUPPORTED_BY_LOCAL_ENGINE: The resource arn:aws:states:::dynamodb:getItem is not supported by itself: give it a mock (-mock FILE; -write-mocks FILE makes such a file)" + at + "/Resource",
		},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMessage.sync"`: {
			"The resource provided arn:aws:states:::sqs:sendMessage.sync is not recognized. The value is not a valid resource ARN, or the resource is not available in this region." + at + "/Resource",
		},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::aws-sdk:sqs:sendMessage.sync"`: {
			"The resource provided arn:aws:states:::aws-sdk:sqs:sendMessage.sync is not recognized. The value is not a valid resource ARN, or the resource is not available in this region." + at + "/Resource",
		},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke"`: {
			"Parameters field is required for resource ARN: arn:aws:states:::lambda:invoke" + at + "/Resource",
		},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::states:startExecution","Parameters":{"Name":"n","Comment":"c","TaskToken.$":"$.t"}`: {
			`The field "Comment" is not supported by Step Functions` + at + "/Parameters",
			"The field 'StateMachineArn' is required but was missing" + at + "/Parameters",
		},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","InvocationType":"Event","ClientContext.$":"$.c"}`: {
			`UNSUPPORTED_BY_LOCAL_ENGINE: The InvocationType "Event" is not supported: a task waits for its function's answer` + at + "/Parameters/InvocationType",
			"UNSUPPORTED_BY_LOCAL_ENGINE: A ClientContext cannot be passed to a function" + at + "/Parameters/ClientContext.$",
		},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","InvocationType":"RequestResponse","LogType":"Tail"}`: nil,
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":5,"Qualifier":1,"Payload":[2]}`: {
			"The value for the field 'FunctionName' must be a STRING" + at + "/Parameters", "The value for the field 'Qualifier' must be a STRING" + at + "/Parameters",
		},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::states:startExecution","Parameters":[1]`: {"The Parameters must be an OBJECT" + at + "/Parameters"},
		task + `,"TimeoutSeconds":0`:                            {"Minimum value is 1" + at + "/TimeoutSeconds"},
		task + `,"TimeoutSeconds":5,"TimeoutSecondsPath":"$.x"`: {"There should only be one of the following fields: [TimeoutSeconds, TimeoutSecondsPath]" + at},
		task + `,"TimeoutSeconds":5,"HeartbeatSeconds":5`:       {"HeartbeatSeconds must be smaller than TimeoutSeconds" + at + "/HeartbeatSeconds"},
		task + `,"Credentials":{}`:                              {"The field 'RoleArn' is required but was missing" + at + "/Credentials"},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:us-east-1:111111111111:activity:a","Credentials":{"RoleArn":"r"}`: {
			"UNSUPPORTED_BY_LOCAL_ENGINE: The resource arn:aws:states:us-east-1:111111111111:activity:a is not supported: nothing polls for the tasks of activities" + at + "/Resource",
			"The field 'Credentials' is not supported for activities" + at + "/Credentials",
		},
		task + `,"HeartbeatSeconds":5,"HeartbeatSecondsPath":"$.x"`: {"There should only be one of the following fields: [HeartbeatSecondsPath, HeartbeatSeconds]" + at},
		task + `,"Arguments":{}`:                                    {"The QueryLanguage is set to 'JSONPath', but field 'Arguments' is only supported for the 'JSONata' QueryLanguage" + at},
		task + `,"Retry":[{}]`:                                      {"These fields are required: [ErrorEquals]" + at + "/Retry[0]"},
		task + `,"Retry":[{"ErrorEquals":[]}]`:                      {"Value cannot be empty" + at + "/Retry[0]/ErrorEquals"},
		task + `,"Retry":{}`:                                        {"Expected value of type Array" + at + "/Retry"},
		task + `,"Retry":[{"ErrorEquals":["X"],"BackoffRate":0.5,"MaxAttempts":-1,"MaxDelaySeconds":31622401,"JitterStrategy":"HALF","Then":1}]`: {
			"Minimum value is 1.0" + at + "/Retry[0]/BackoffRate", "Minimum value is 0" + at + "/Retry[0]/MaxAttempts",
			"Maximum value is 31622400" + at + "/Retry[0]/MaxDelaySeconds",
			"Value should be one of the following: [NONE, FULL]" + at + "/Retry[0]/JitterStrategy", "Field 'Then' is not supported" + at + "/Retry[0]",
		},
		task + `,"Retry":[{"ErrorEquals":["X"],"IntervalSeconds":5,"MaxDelaySeconds":5}]`: {"MaxDelaySeconds must be greater than IntervalSeconds" + at + "/Retry[0]/MaxDelaySeconds"},
		task + `,"Retry":[{"ErrorEquals":["States.ALL","X"]}]`:                            {"States.ALL must appear alone and at end of list" + at + "/Retry[0]/ErrorEquals[0]"},
		task + `,"Catch":[{"ErrorEquals":["X","States.ALL"],"Next":"S"}]`:                 {"States.ALL must appear alone and at end of list" + at + "/Catch[0]/ErrorEquals[1]"},
		task + `,"Retry":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["X"]}]`:          {"States.ALL must appear alone and at end of list" + at + "/Retry[0]/ErrorEquals[0]"},
		task + `,"Catch":[{}]`:                                                   {"These fields are required: [Next, ErrorEquals]" + at + "/Catch[0]"},
		task + `,"Catch":[{"ErrorEquals":["X"]}]`:                                {"These fields are required: [Next]" + at + "/Catch[0]"},
		task + `,"Catch":[{"ErrorEquals":["X"],"Next":"S","ResultPath":"$..a"}]`: {"Value is not a Reference Path" + at + "/Catch[0]/ResultPath"},
	} {
		check(t, one(members), asl.Options{}, want...)
	}
}

// With mocks and stubs definitions may call what AWS has, and nothing else.
func TestValidateIntegrations(t *testing.T) {
	const at = " at /States/S"
	call := func(resource string) string { return `"Type":"Task","End":true,"Resource":"` + resource + `"` }
	reader := `,"ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b"}}`
	writer := `,"ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"b"}}`
	each := `"Type":"Map","End":true,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}}`
	const reading = "UNSUPPORTED_BY_LOCAL_ENGINE: Reading items from Amazon S3 is not supported by itself: give it a mock (-mock FILE; -write-mocks FILE makes such a file)"
	const writing = "UNSUPPORTED_BY_LOCAL_ENGINE: Writing results to Amazon S3 is not supported by itself: use a stub (-integrations stub)"
	for members, want := range map[string][]string{
		call("arn:aws:states:::sqs:sendMessage.waitForTaskToken"): nil,
		call("arn:aws:states:::aws-sdk:ec2:describeInstances"):    nil,
		call("arn:aws:states:::sns:publish.sync"): {
			"The resource provided arn:aws:states:::sns:publish.sync is not recognized. The value is not a valid resource ARN, or the resource is not available in this region." + at + "/Resource",
		},
		call("arn:aws:states:us-east-1:111111111111:activity:a"): {
			"UNSUPPORTED_BY_LOCAL_ENGINE: The resource arn:aws:states:us-east-1:111111111111:activity:a is not supported: nothing polls for the tasks of activities" + at + "/Resource",
		},
		each + reader:   nil,
		each + writer:   {writing + at + "/ResultWriter"}, // only a stub can stand for it
		mapper + reader: {"UNSUPPORTED_BY_LOCAL_ENGINE: The field 'ItemReader' needs a processor in the mode DISTRIBUTED" + at + "/ItemReader"},
		each + `,"ItemReader":{"Resource":"arn:aws:states:::s3:headObject"}`: {
			"Value should be one of the following: [arn:aws:states:::s3:getObject, arn:aws:states:::s3:listObjectsV2]" + at + "/ItemReader/Resource",
			"These fields are required: [Parameters]" + at + "/ItemReader",
		},
	} {
		check(t, one(members), asl.Options{Integrations: true}, want...)
	}
	check(t, one(each+reader+writer), asl.Options{Integrations: true, Stubs: true})
	check(t, one(each+reader), asl.Options{}, reading+at+"/ItemReader")
	check(t, one(each+`,"ResultWriter":{"WriterConfig":{}}`), asl.Options{Stubs: true}, "UNSUPPORTED_BY_LOCAL_ENGINE: A ResultWriter without a Resource is not supported"+at+"/ResultWriter")
	check(t, one(call("arn:aws:states:::aws-sdk:ec2:describeInstances")), asl.Options{TestState: true})
	check(t, one(call("arn:aws:states:::sqs:sendMessage.waitForTaskToken")), asl.Options{Integrations: true, Express: true},
		"Express state machine does not support '.waitForTaskToken' service integration  at /States/S/Resource")
}
