package awsharness

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/client"
)

// talk has values that must not leave: the tests look for them.
const talk = `{"speaker":{"name":"Ada","email":"ada@secret.example","bio":"secret-bio","country":"GB"},
	"title":"On engines","description":"secret-description","track":"History"}`

var secrets = []string{"ada@secret.example", "secret-bio", "secret-description"}

func (w *harness) client(t *testing.T, failureStatus int) *client.Client[json.RawMessage] {
	t.Helper()
	c, err := client.New[json.RawMessage](client.Config{BaseURL: w.url, FailureStatus: failureStatus})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		review, customStatus string
		failureStatus        int
		failed               bool
	}{
		{review: "approve", customStatus: "Approved"},
		{review: "reject@shortlisting", customStatus: "Rejected"},
		{review: "fail@selection", customStatus: "Selection", failed: true},
		{review: "fail@moderation", customStatus: "Moderation", failed: true, failureStatus: 409},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.review, tt.failureStatus), func(t *testing.T) {
			t.Parallel()
			w := newHarness(t, tt.review)
			c := w.client(t, tt.failureStatus)
			s, err := c.Submit(t.Context(), json.RawMessage(talk))
			if err != nil {
				t.Fatalf("%v\n%s", err, w.logs)
			}
			s, err = c.Wait(t.Context(), s)
			var failed *client.FailedError
			if errors.As(err, &failed) != tt.failed || err != nil && !tt.failed || s.CustomStatus != tt.customStatus {
				t.Errorf("got %+v, %v\n%s", s, err, w.logs)
			}
			w.checkNothingPersonal(t, s.ID)
		})
	}
}

// checkNothingPersonal looks through the logs and the execution's history.
func (w *harness) checkNothingPersonal(t *testing.T, id string) {
	t.Helper()
	history, err := json.Marshal(w.history(t, id))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets {
		if strings.Contains(string(history), secret) {
			t.Errorf("%q is in the execution's history", secret)
		}
		if strings.Contains(w.logs.String(), secret) {
			t.Errorf("%q is in the logs", secret)
		}
	}
}

func (w *harness) history(t *testing.T, id string) []types.HistoryEvent {
	t.Helper()
	out, err := w.sfn.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{
		ExecutionArn: aws.String(executionARN(id)), MaxResults: 1000,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Events
}

func executionARN(id string) string {
	return "arn:aws:states:us-east-1:123456789012:execution:" + machineName + ":" + id
}

// The state machine's Retry and Catch match on these names: this is how they
// arrive from the real binary, through the real runtime loop.
func TestErrorNamesReachTheStateMachine(t *testing.T) {
	t.Parallel()
	w := newHarness(t, "fail@moderation")
	c := w.client(t, 0)
	s, err := c.Submit(t.Context(), json.RawMessage(talk))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.logs)
	}
	if _, err := c.Wait(t.Context(), s); err == nil {
		t.Fatal("it did not fail")
	}
	var names []string
	for _, e := range w.history(t, s.ID) {
		if d := e.LambdaFunctionFailedEventDetails; d != nil {
			names = append(names, aws.ToString(d.Error))
		}
	}
	// The stage fails, and then the activity that has recorded it.
	if !slices.Equal(names, []string{api.CodeProcessFailed, async.Failed}) {
		t.Errorf("the activities failed with %q", names)
	}
}

// The pollers of other people see no difference.
func TestPollers(t *testing.T) {
	t.Parallel()
	var servers []string
	for _, review := range []string{"approve", "reject@moderation", "fail@selection"} {
		servers = append(servers, review+"="+newHarness(t, review).url)
	}
	// The table has scenarios that need a service which takes its time.
	cmd := exec.Command("go", "test", "-count=1", "-parallel", "8", "-skip", "TestTable", "./...")
	cmd.Dir = filepath.Join(root, "internal", "e2e", "pollers")
	cmd.Env = append(os.Environ(), "POLLERS_SERVERS="+strings.Join(servers, ","))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
