package sfn_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

const (
	machine    = "arn:aws:states:us-east-1:123456789012:stateMachine:Process:live"
	executions = "arn:aws:states:us-east-1:123456789012:execution:Process:"
)

// wire is the part of Step Functions' wire that the adapter uses: AWS JSON 1.0
// with the operation in X-Amz-Target.
type wire struct {
	mu         sync.Mutex
	executions map[string]*execution
	requests   []map[string]any
	// failure, if not "", is the error with which everything is refused.
	failure string
}

type execution struct {
	Input    string
	Status   string
	Redrives int
}

func newWire(t *testing.T) (*wire, func(string) string) {
	w := &wire{executions: map[string]*execution{}}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	return w, environment(server.URL)
}

func environment(endpoint string) func(string) string {
	return func(name string) string {
		return map[string]string{
			"AWS_ENDPOINT_URL_SFN": endpoint, "AWS_REGION": "us-east-1",
			"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		}[name]
	}
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rw.Header().Set("Content-Type", "application/x-amz-json-1.0")
	rw.Header().Set("X-Amzn-RequestId", "request-1")
	var in map[string]any
	if err := json.NewDecoder(req.Body).Decode(&in); err != nil {
		return // a plain connection, as Warm makes it
	}
	w.requests = append(w.requests, in)
	if w.failure != "" {
		refuse(rw, w.failure, "for arn:aws:states:us-east-1:123456789012:stateMachine:Process")
		return
	}
	switch target := req.Header.Get("X-Amz-Target"); target {
	case "AWSStepFunctions.StartExecution":
		w.start(rw, in)
	case "AWSStepFunctions.DescribeExecution":
		w.describe(rw, in)
	case "AWSStepFunctions.StopExecution":
		w.stop(rw, in)
	case "AWSStepFunctions.SendTaskSuccess":
		w.answer(rw, in, "SUCCEEDED")
	case "AWSStepFunctions.SendTaskFailure":
		w.answer(rw, in, "FAILED")
	case "AWSStepFunctions.SendTaskHeartbeat":
		w.answer(rw, in, "RUNNING")
	default:
		refuse(rw, "UnknownOperationException", target)
	}
}

func (w *wire) start(rw http.ResponseWriter, in map[string]any) {
	name, input := in["name"].(string), in["input"].(string)
	if in["stateMachineArn"] != machine {
		refuse(rw, "StateMachineDoesNotExist", fmt.Sprintf("State Machine Does Not Exist: '%v'", in["stateMachineArn"]))
		return
	}
	x, ok := w.executions[name]
	if ok && (x.Status != "RUNNING" || x.Input != input) {
		refuse(rw, "ExecutionAlreadyExists", "Execution Already Exists: '"+executions+name+"'")
		return
	}
	if !ok {
		w.executions[name] = &execution{Input: input, Status: "RUNNING"}
	}
	fmt.Fprintf(rw, `{"executionArn":%q,"startDate":1.7e9}`, executions+name)
}

func (w *wire) describe(rw http.ResponseWriter, in map[string]any) {
	name, ok := strings.CutPrefix(in["executionArn"].(string), executions)
	x := w.executions[name]
	if !ok || x == nil {
		refuse(rw, "ExecutionDoesNotExist", fmt.Sprintf("Execution Does Not Exist: '%v'", in["executionArn"]))
		return
	}
	fmt.Fprintf(rw, `{"executionArn":%q,"status":%q,"redriveCount":%d,"startDate":1.7e9,"novel":{}}`, executions+name, x.Status, x.Redrives)
}

func (w *wire) stop(rw http.ResponseWriter, in map[string]any) {
	x := w.executions[strings.TrimPrefix(in["executionArn"].(string), executions)]
	if x == nil {
		refuse(rw, "ExecutionDoesNotExist", fmt.Sprintf("Execution Does Not Exist: '%v'", in["executionArn"]))
		return
	}
	if x.Status == "RUNNING" {
		x.Status = "ABORTED"
	}
	fmt.Fprint(rw, `{"stopDate":1.7e9}`)
}

// answer takes tokens that are the execution's name after "token-".
func (w *wire) answer(rw http.ResponseWriter, in map[string]any, status string) {
	name, ok := strings.CutPrefix(in["taskToken"].(string), "token-")
	x := w.executions[name]
	switch {
	case !ok:
		refuse(rw, "InvalidToken", "Invalid Token: 'Invalid token'")
	case x == nil:
		refuse(rw, "TaskDoesNotExist", "Task does not exist: 'Task does not exist'")
	case x.Status != "RUNNING":
		refuse(rw, "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
	default:
		x.Status = status
		fmt.Fprint(rw, `{}`)
	}
}

// Waiting implements asynctest.WaitingExecutions.
func (w *wire) Waiting(t *testing.T, workflows async.Workflows) (id, token string) {
	id = rand.Text()
	if err := workflows.Start(t.Context(), id, []byte(`{}`)); err != nil {
		t.Fatal(err)
	}
	return id, "token-" + id
}

func refuse(rw http.ResponseWriter, code, message string) {
	rw.WriteHeader(http.StatusBadRequest)
	fmt.Fprintf(rw, `{"__type":%q,"message":%q}`, code, message)
}

// End implements asynctest.Executions.
func (w *wire) End(_ *testing.T, id string, o async.Execution) {
	words := map[async.Execution]string{
		{Status: api.Succeeded}:              "SUCCEEDED",
		{Status: api.Failed}:                 "FAILED",
		{Status: api.Failed, TimedOut: true}: "TIMED_OUT",
		{Status: api.Canceled}:               "ABORTED",
	}
	w.set(id, words[o])
}

// Redrive implements asynctest.Executions.
func (w *wire) Redrive(_ *testing.T, id string) {
	w.set(id, "RUNNING")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.executions[id].Redrives++
}

func (w *wire) set(id, status string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.executions[id].Status = status
}
