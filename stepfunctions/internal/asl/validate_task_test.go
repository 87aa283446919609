package asl_test

import (
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

func TestValidateTask(t *testing.T) {
	const at = " at /States/S"
	for members, want := range map[string][]string{
		`"Type":"Task","End":true`:                                                  {"These fields are required: [Resource]" + at},
		`"Type":"Task","End":true,"Resource":"f"`:                                   {"Value is not a valid resource ARN" + at + "/Resource"},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke.sync"`: {"The resource provided arn:aws:states:::lambda:invoke.sync is not recognized. The value is not a valid resource ARN, or the resource is not available in this region." + at + "/Resource"},
		`"Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMessage"`: {
			"UNSUPPORTED_BY_LOCAL_ENGINE: The resource arn:aws:states:::sqs:sendMessage is not supported: tasks can call Lambda functions, by their ARN or through lambda:invoke, and state machines through states:startExecution; a mock file (-mock FILE) or stubs (-integrations stub) can answer for other services" + at + "/Resource",
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
