package awsharness

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/dynamo"
)

// notify sends the event of the template's rule.
func (w *harness) notify(t *testing.T, id, status string, redrives int) {
	t.Helper()
	result, err := w.host.Invoke(t.Context(), "ReconcileFunction", executionEvent(id, status, redrives))
	if err != nil || result.FunctionError != "" {
		t.Fatalf("%s %v", result.Payload, err)
	}
}

func executionEvent(id, status string, redrives int) []byte {
	return fmt.Appendf(nil, `{"source":"aws.states","detail-type":"Step Functions Execution Status Change",
		"detail":{"name":%q,"status":%q,"redriveCount":%d,"input":%q}}`, id, status, redrives, secrets[0])
}

func (w *harness) stop(t *testing.T, id string) {
	t.Helper()
	if _, err := w.sfn.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: aws.String(executionARN(id))}); err != nil {
		t.Fatal(err)
	}
}

func (w *harness) awaitEnd(t *testing.T, id string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		x, err := w.sfn.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: aws.String(executionARN(id))})
		if err != nil {
			t.Fatal(err)
		}
		if x.Status != types.ExecutionStatusRunning {
			return
		}
	}
	t.Fatalf("the execution does not end\n%s", w.logs)
}

// redefine gives the alias another definition.
func (w *harness) redefine(t *testing.T, definition string) {
	t.Helper()
	made, err := w.sfn.UpdateStateMachine(t.Context(), &sfn.UpdateStateMachineInput{
		StateMachineArn: aws.String(strings.TrimSuffix(aliasARN, ":live")), Definition: &definition, Publish: true,
	})
	if err == nil {
		_, err = w.sfn.UpdateStateMachineAlias(t.Context(), &sfn.UpdateStateMachineAliasInput{
			StateMachineAliasArn: aws.String(aliasARN),
			RoutingConfiguration: []types.RoutingConfigurationListItem{{StateMachineVersionArn: made.StateMachineVersionArn, Weight: 100}},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// outlive puts a submission's deadline into the past.
func (w *harness) outlive(t *testing.T, id string) {
	t.Helper()
	if _, err := w.store(t).Advance(t.Context(), id, async.Change{Deadline: time.Now().Add(-time.Second)}); err != nil {
		t.Fatal(err)
	}
}

func (w *harness) store(t *testing.T) *dynamo.Store {
	t.Helper()
	env := map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_ENDPOINT_URL_DYNAMODB": w.endpoint,
	}
	store, err := dynamo.New(func(name string) string { return env[name] }, w.table)
	if err != nil {
		t.Fatal(err)
	}
	return store
}
