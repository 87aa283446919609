package local

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
)

var stepFunctionsURL = regexp.MustCompile(`stepfunctions=(http://[^ ]+)`)

// callStepFunctions calls one operation the way SDKs do.
func callStepFunctions(t *testing.T, r *running, operation string, in any) map[string]any {
	t.Helper()
	url := stepFunctionsURL.FindStringSubmatch(r.log.String())
	if url == nil {
		t.Fatalf("the log does not say where the endpoint is:\n%s", r.log)
	}
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest("POST", url[1], strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "AWSStepFunctions."+operation)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s, %v", operation, res.StatusCode, answer, err)
	}
	var out map[string]any
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// withEndpoint is a system with the Step Functions endpoint, whose first stage
// would take long.
func withEndpoint(t *testing.T, review string) *running {
	s := fast(t, review)
	s.Speed, s.StepFunctionsAddr, s.StepFunctionsAsked = 1, "127.0.0.1:0", true
	return start(t, s)
}

// Whoever operates the service sees its executions in a browser.
func TestThePageIsAtTheStepFunctionsEndpoint(t *testing.T) {
	t.Parallel()
	r := withEndpoint(t, "approve")
	res, err := http.Get(stepFunctionsURL.FindStringSubmatch(r.log.String())[1])
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 || !strings.Contains(string(body), machineARN()) {
		t.Errorf("%v, status %d:\n%s", err, res.StatusCode, body)
	}
}

func TestStateMachineIsAtTheStepFunctionsEndpoint(t *testing.T) {
	t.Parallel()
	r := withEndpoint(t, "approve")
	m := callStepFunctions(t, r, "DescribeStateMachine", map[string]string{"stateMachineArn": machineARN()})
	if m["name"] != machineName || m["status"] != "ACTIVE" || m["type"] != "STANDARD" {
		t.Errorf("%v", m)
	}
}

func TestAbortedExecutionCancelsTheSubmission(t *testing.T) {
	t.Parallel()
	r := withEndpoint(t, "approve")
	location := submit(t, r.url, "")
	id := await(t, location, func(r response) bool { return r.CustomStatus == "Moderation" }).ID
	callStepFunctions(t, r, "StopExecution", map[string]string{"executionArn": executionARN(id)})
	if got := await(t, location, ended); got.code != http.StatusOK || got.Status != api.Canceled {
		t.Errorf("%d %+v", got.code, got.Submission)
	}
}

func TestHistoriesHoldNothingPersonal(t *testing.T) {
	t.Parallel()
	s := fast(t, "fail@shortlisting")
	s.StepFunctionsAddr, s.StepFunctionsAsked = "127.0.0.1:0", true
	r := start(t, s)
	id := await(t, submit(t, r.url, ""), ended).ID
	history := callStepFunctions(t, r, "GetExecutionHistory",
		map[string]any{"executionArn": executionARN(id), "includeExecutionData": true})
	text, err := json.Marshal(history)
	if err != nil || !strings.Contains(string(text), id) || !strings.Contains(string(text), "ProcessFailed") {
		t.Fatalf("%v: this is no history: %s", err, text)
	}
	for _, word := range []string{"ada@", "Ada", "Wrote programs", "On the engine", "Notes", "History\""} {
		if strings.Contains(string(text), word) {
			t.Errorf("the history holds %q", word)
		}
	}
}

func TestBusyDefaultOfTheEndpointMovesIt(t *testing.T) {
	t.Parallel()
	s := fast(t, "approve")
	s.StepFunctionsAddr, s.StepFunctionsAsked = strings.TrimPrefix(start(t, fast(t, "approve")).url, "http://"), false
	r := start(t, s)
	if log := r.log.String(); !strings.Contains(log, "is taken") || !strings.Contains(log, s.StepFunctionsAddr) {
		t.Errorf("the log says nothing of it: %s", log)
	}
	id := await(t, submit(t, r.url, ""), ended).ID
	callStepFunctions(t, r, "DescribeExecution", map[string]string{"executionArn": executionARN(id)})
}

func TestRedriveReopensAFailedSubmission(t *testing.T) {
	t.Parallel()
	s := fast(t, "fail@shortlisting")
	first := start(t, s)
	location := submit(t, first.url, "")
	failed := await(t, location, ended)
	if failed.Status != api.Failed {
		t.Fatalf("%+v", failed.Submission)
	}
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	s.Review, s.StepFunctionsAddr, s.StepFunctionsAsked = "approve", "127.0.0.1:0", true
	second := start(t, s)
	callStepFunctions(t, second, "RedriveExecution", map[string]string{"executionArn": executionARN(failed.ID)})
	location = strings.Replace(location, first.url, second.url, 1)
	await(t, location, func(r response) bool {
		return r.Status == api.Succeeded && r.CustomStatus == "Approved" && r.Error == nil
	})
}

func TestStopFinishesTheRequestsInHand(t *testing.T) {
	t.Parallel()
	s := fast(t, "approve")
	s.Speed, s.StepFunctionsAddr, s.StepFunctionsAsked = 40, "127.0.0.1:0", true
	r := start(t, s)
	answered := make(chan response, 1)
	go func() {
		got, err := try(t, "POST", r.url+api.SubmitPath, presentation, "Prefer", "wait=20")
		if err != nil {
			t.Error(err)
		}
		answered <- got
	}()
	for deadline := time.Now().Add(patience); ; {
		list := callStepFunctions(t, r, "ListExecutions", map[string]string{"stateMachineArn": machineARN()})
		if all, _ := list["executions"].([]any); len(all) > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing is started")
		}
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if got := <-answered; got.code != http.StatusOK || got.CustomStatus != "Approved" {
		t.Errorf("%d %+v", got.code, got.Submission)
	}
}
