package wire_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

const callback = `{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","HeartbeatSeconds":600,
	"Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.Task.Token"}},"End":true}}}`

// token starts an execution of callback and gives the token of its task.
func (a *api) token(name string) (execution *string, token string) {
	a.Helper()
	tokens := make(chan string, 1)
	a.invoker.Handle("f", func(_ context.Context, in []byte) ([]byte, error) {
		var payload struct{ Token string }
		if err := json.Unmarshal(in, &payload); err != nil {
			return nil, err
		}
		tokens <- payload.Token
		return []byte("null"), nil
	})
	execution = a.start(a.create("callback", callback, ""), name, "{}")
	return execution, <-tokens
}

func TestTaskTokens(t *testing.T) {
	a := newAPI(t)
	x, token := a.token("succeeds")
	_, err := a.SendTaskHeartbeat(t.Context(), &sfn.SendTaskHeartbeatInput{TaskToken: &token})
	must(t, err)
	_, err = a.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("{")})
	a.wantError(err, "InvalidOutput", "")
	_, err = a.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String(`{"ok": true}`)})
	must(t, err)
	if d := a.ended(x); d.Status != types.ExecutionStatusSucceeded || *d.Output != `{"ok": true}` {
		t.Errorf("%+v", d)
	}
	_, err = a.SendTaskSuccess(t.Context(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("1")})
	a.wantError(err, "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")

	x, token = a.token("fails")
	_, err = a.SendTaskFailure(t.Context(), &sfn.SendTaskFailureInput{TaskToken: &token, Error: aws.String("E"), Cause: aws.String("C")})
	must(t, err)
	if d := a.ended(x); d.Status != types.ExecutionStatusFailed || *d.Error != "E" || *d.Cause != "C" {
		t.Errorf("%+v", d)
	}
	_, err = a.SendTaskFailure(t.Context(), &sfn.SendTaskFailureInput{TaskToken: aws.String("nonsense")})
	a.wantError(err, "InvalidToken", "Invalid Token: 'Invalid token'")
}
