package integration_test

import (
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/integration"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		arn, service, verb string
		kind               integration.Kind
	}{
		{"arn:aws:states:::lambda:invoke", "lambda", "invoke", integration.Native},
		{"arn:aws:states:::lambda:invoke.waitForTaskToken", "lambda", "invoke.waitForTaskToken", integration.Native},
		{"arn:aws-cn:states:::states:startExecution.sync:2", "states", "startExecution.sync:2", integration.Native},
		{"arn:aws:states:::lambda:invoke.sync", "lambda", "invoke.sync", integration.Unknown},
		{"arn:aws:states:::lambda:getFunction", "lambda", "getFunction", integration.Unknown},
		{"arn:aws:states:::sns:publish", "sns", "publish", integration.Write},
		{"arn:aws:states:::sns:publish.sync", "sns", "publish.sync", integration.Unknown},
		{"arn:aws:states:::dynamodb:getItem", "dynamodb", "getItem", integration.Read},
		{"arn:aws:states:::dynamodb:query", "dynamodb", "query", integration.Unknown},
		{"arn:aws:states:::aws-sdk:dynamodb:query", "aws-sdk:dynamodb", "query", integration.Read},
		{"arn:aws:states:::aws-sdk:dynamodb:putItem", "aws-sdk:dynamodb", "putItem", integration.Write},
		{"arn:aws:states:::aws-sdk:s3:PutObject", "aws-sdk:s3", "PutObject", integration.Unknown},
		{"arn:aws:states:::ecs:runTask.sync", "ecs", "runTask.sync", integration.Read},
		{"arn:aws:states:us-east-1:123456789012:aws-sdk:s3:getObject", "aws-sdk:s3", "getObject", integration.Read},
		{"arn:aws:states:us-east-1:123456789012:activity:a", "", "", integration.Unknown},
		{"arn:aws:states:::sns", "sns", "", integration.Unknown},
		{"arn:aws:lambda:eu-west-1:123456789012:function:f", "", "", integration.Unknown},
	} {
		r := integration.Parse(c.arn)
		if r.Service != c.service || r.Verb() != c.verb || r.Kind() != c.kind {
			t.Errorf("%s: got %q, %q, %d, want %q, %q, %d", c.arn, r.Service, r.Verb(), r.Kind(), c.service, c.verb, c.kind)
		}
	}
}

// https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
func TestPatternsThatActionsLack(t *testing.T) {
	for call, want := range map[string]bool{
		"sqs:sendMessage.sync": true, "sqs:sendMessage": false, "sqs:sendMessage.waitForTaskToken": false, "sqs:sendMessage.sync:2": true,
		"dynamodb:putItem.waitForTaskToken": true, "aws-sdk:dynamodb:putItem.waitForTaskToken": false, "aws-sdk:ec2:runInstances.sync": true,
		"glue:startJobRun.sync": false, "glue:startJobRun.sync:2": false, "glue:startJobRun.waitForTaskToken": true,
		"bedrock:invokeModel.waitForTaskToken": false, "eks:runJob.waitForTaskToken": false, "nosuch:thing.sync": false,
	} {
		if got := integration.Parse("arn:aws:states:::" + call).LacksPattern(); got != want {
			t.Errorf("%s: got %v, want %v", call, got, want)
		}
	}
}

func TestIncompleteFunctions(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:lambda:eu-west-1:123456789012:function:f": "",
		"arn:aws:lambda::123456789012:function:f":          "region",
		"arn:aws:lambda:eu-west-1::function:f":             "account",
		"arn:aws:states:::lambda:invoke":                   "",
	} {
		if got := integration.Parse(arn).Incomplete(); got != want {
			t.Errorf("%s: got %q, want %q", arn, got, want)
		}
	}
}

func TestStubs(t *testing.T) {
	const id = "0123abcd-0000-4000-8000-000000000000"
	const metadata = `"SdkHttpMetadata":{"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"` + id + `"}}`
	for _, c := range []struct{ call, parameters, want string }{
		{"sns:publish", `{"TopicArn":"t","Message":"m"}`, `{"MessageId":"` + id + `",` + metadata},
		{"sns:publish.waitForTaskToken", `{"TopicArn":"t"}`, `{"MessageId":"` + id + `",` + metadata},
		{"aws-sdk:sns:publish", `{"TopicArn":"t"}`, `{"MessageId":"` + id + `"}`},
		// md5("hello"), RFC 1321's own algorithm.
		{"sqs:sendMessage", `{"MessageBody":"hello"}`, `{"MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592","MessageId":"` + id + `",` + metadata},
		{"events:putEvents", `{"Entries":[{},{}]}`, `{"Entries":[{"EventId":"` + id + `"},{"EventId":"0123abcd-0000-4000-8000-000000000001"}],"FailedEntryCount":0,` + metadata},
		{"dynamodb:putItem", `{"TableName":"t","Item":{}}`, "{" + metadata},
		{"aws-sdk:dynamodb:updateItem", `{"ReturnValues":"NONE"}`, "{}"},
		{"dynamodb:updateItem", `{"ReturnValues":"ALL_NEW"}`, ""},
		{"aws-sdk:s3:putObject", `{"Body":"hello"}`, `{"ETag":"\"5d41402abc4b2a76b9719d911017c592\""}`},
		{"dynamodb:getItem", `{}`, ""},
		{"glue:startJobRun.sync", `{}`, ""},
		{"aws-sdk:ec2:runInstances", `{}`, ""},
	} {
		parameters, err := value.Parse([]byte(c.parameters))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := integration.Parse("arn:aws:states:::"+c.call).Stub(parameters, id)
		if string(got) != c.want || ok != (c.want != "") {
			t.Errorf("%s: got %s, %v, want %s", c.call, got, ok, c.want)
		}
	}
}

func TestMisfits(t *testing.T) {
	for _, c := range []struct{ call, result, want string }{
		{"lambda:invoke", `{"StatusCode":200,"Payload":1}`, ""},
		{"lambda:invoke", `{"StatusCode":"200"}`, "'StatusCode' must be a number"},
		{"states:startExecution.sync:2", `{"Status":"DONE"}`, "'Status' is not an expected value"},
		{"aws-sdk:dynamodb:getItem", `{"Item":[]}`, "'Item' must be an object"},
		{"events:putEvents", `{"Entries":{}}`, "'Entries' must be an array"},
		{"events:putEvents", `{"Entries":[{"EventId":"a"},{"EventId":["b"]}]}`, "'EventId' must be a string"},
		{"aws-sdk:dynamodb:putItem", `{"ConsumedCapacity":{"CapacityUnits":"1"}}`, "'CapacityUnits' must be a number"},
		{"aws-sdk:s3:getObject", `{"StorageClass":"PAPER"}`, "'StorageClass' is not an expected value"},
		{"aws-sdk:s3:getObject", `{"StorageClass":"GLACIER","Body":5}`, ""},
		{"aws-sdk:lambda:getFunction", `{"Configuration":{"MemorySize":10241}}`, "'MemorySize' exceeds the maximum value"},
		{"aws-sdk:lambda:getFunction", `{"Configuration":{"MemorySize":1e400}}`, "'MemorySize' exceeds the maximum value"},
		{"aws-sdk:lambda:getFunction", `{"Configuration":{"MemorySize":10240,"Timeout":900,"Other":[]}}`, ""},
		{"aws-sdk:lambda:getFunction", `{"Configuration":{"MemorySize":"128"}}`, "'MemorySize' must be a number"},
		{"aws-sdk:lambda:getFunctionConfiguration", `{"EphemeralStorage":{"Size":10241}}`, "'Size' exceeds the maximum value"},
		{"aws-sdk:kms:encrypt", `{"CiphertextBlob":123}`, "'CiphertextBlob' must be a string"},
		{"aws-sdk:kms:decrypt", `{"Plaintext":"dGV4dA==","EncryptionAlgorithm":"ROT13"}`, "'EncryptionAlgorithm' is not an expected value"},
		{"aws-sdk:ssm:getParameter", `{"Parameter":{"Version":"1"}}`, "'Version' must be a number"},
		{"aws-sdk:dynamodb:query", `{"Items":[],"ConsumedCapacity":{"CapacityUnits":"1"}}`, "'CapacityUnits' must be a number"},
		{"aws-sdk:s3:listObjectsV2", `{"Contents":[{"Size":"1"}]}`, "'Size' must be a number"},
		{"glue:startJobRun", `[1]`, ""},
	} {
		result, err := value.Parse([]byte(c.result))
		if err != nil {
			t.Fatal(err)
		}
		got := integration.Parse("arn:aws:states:::" + c.call).Misfit(result)
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s %s: got %q, want %q", c.call, c.result, got, c.want)
		}
	}
}
