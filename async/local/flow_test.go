package local

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	database "example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions"
)

// requester is the function of connectors/step-functions: one HTTP request.
type requester struct{ t *testing.T }

func (f requester) Invoke(ctx context.Context, _ string, payload []byte) ([]byte, error) {
	var in struct {
		Method, URL, IdempotencyKey string
		Body                        json.RawMessage
	}
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, in.Method, in.URL, bytes.NewReader(in.Body))
	if err != nil {
		return nil, err
	}
	if in.Method == http.MethodPost {
		req.Header.Set("Content-Type", api.MediaTypeJSON)
		req.Header.Set("Idempotency-Key", in.IdempotencyKey)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || api.Transient(resp.StatusCode) {
		return nil, &stepfunctions.FunctionError{Payload: []byte(`{"errorType":"Retry","errorMessage":"the request may be repeated"}`)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	after, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	return json.Marshal(map[string]any{"code": resp.StatusCode, "location": resp.Header.Get("Location"), "retryAfter": after, "body": json.RawMessage(body)})
}

// The workflow in connectors/step-functions follows a submission to its end, on
// an engine beside the service.
func TestStepFunctionsFlowPolls(t *testing.T) {
	definition, err := os.ReadFile(filepath.Join("..", "..", "connectors", "step-functions", "poll.asl.json"))
	if err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(t.TempDir(), stepfunctions.JournalSchema)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	engine := stepfunctions.New(stepfunctions.Config{Journal: stepfunctions.OpenJournal(db), Progress: db.Progress(), Invoker: requester{t}})
	if err := engine.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer engine.Close(context.Background()) //nolint:errcheck // the test is over
	text := strings.ReplaceAll(string(definition), "${RequestFunctionArn}", functionPrefix+"request")
	machine, err := engine.CreateStateMachine(t.Context(), stepfunctions.NewStateMachine{
		Name: "poll", Revision: stepfunctions.Revision{Definition: text, RoleARN: machineRole}})
	if err != nil {
		t.Fatal(err)
	}
	for review, want := range map[string]struct {
		status        stepfunctions.Status
		custom, cause string
	}{
		"approve":           {stepfunctions.Succeeded, "Approved", ""},
		"reject@moderation": {stepfunctions.Succeeded, "Rejected", ""},
		"fail@selection":    {stepfunctions.Failed, "", "Failed"},
	} {
		t.Run(review, func(t *testing.T) {
			s := fast(t, review)
			s.Speed = 40 // it has to wait at least once
			r := start(t, s)
			input := `{"api":"` + r.url + `","input":` + presentation + `}`
			started, err := engine.StartExecution(t.Context(), stepfunctions.StartExecution{MachineARN: machine.ARN, Name: strings.ReplaceAll(review, "@", "-") + "-with-a-long-name", Input: []byte(input)})
			if err != nil {
				t.Fatal(err)
			}
			var x stepfunctions.Execution
			for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
				if x, err = engine.DescribeExecution(t.Context(), started.ARN); err != nil || x.Status != stepfunctions.Running {
					break
				}
				if time.Now().After(deadline) {
					t.Fatal("it still polls")
				}
			}
			var out api.Submission
			if x.Output != nil {
				if err := json.Unmarshal(x.Output, &out); err != nil {
					t.Fatal(err)
				}
			}
			if err != nil || x.Status != want.status || out.CustomStatus != want.custom || x.Error != want.cause {
				t.Errorf("%s %s %q %q, %v", x.Status, x.Output, x.Error, x.Cause, err)
			}
		})
	}
}
