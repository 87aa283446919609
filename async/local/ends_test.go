package local

import (
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/sqlite"
)

// redefine gives the running system another state machine.
func redefine(t *testing.T, r *running, definition string) {
	t.Helper()
	callStepFunctions(t, r, "UpdateStateMachine", map[string]string{"stateMachineArn": machineARN(), "definition": definition})
}

// What an execution cannot record itself is recorded at once: its end is handed
// to the reconciler within the same process.
func TestSilentEndsAreRecorded(t *testing.T) {
	for name, tt := range map[string]struct{ definition, code string }{
		"timed out": {`{"StartAt":"W","TimeoutSeconds":1,"States":{"W":{"Type":"Wait","Seconds":60,"End":true}}}`, api.CodeTimedOut},
		"failed":    {`{"StartAt":"F","States":{"F":{"Type":"Fail"}}}`, api.CodeProcessFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := withEndpoint(t, "approve")
			redefine(t, r, tt.definition)
			got := await(t, submit(t, r.url, ""), ended)
			if got.Status != api.Failed || got.Error == nil || got.Error.Code != tt.code {
				t.Errorf("got %+v", got.Submission)
			}
		})
	}
}

// An execution that succeeded without a result has no event. The first read
// past the deadline finds out, in the next life of the system too.
func TestReaderFindsOutPastTheDeadline(t *testing.T) {
	t.Parallel()
	s := fast(t, "approve")
	s.StepFunctionsAddr, s.StepFunctionsAsked = "127.0.0.1:0", true
	first := start(t, s)
	redefine(t, first, `{"StartAt":"S","States":{"S":{"Type":"Succeed"}}}`)
	id := do(t, "GET", submit(t, first.url, ""), "").ID
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	outlive(t, s.Data, id)
	second := start(t, s)
	got := do(t, "GET", second.url+api.StatusPath+id, "")
	if got.Status != api.Failed || got.Error == nil || got.Error.Code != api.CodeProcessLost {
		t.Errorf("got %+v", got.Submission)
	}
}

// outlive puts a submission's deadline into the past.
func outlive(t *testing.T, data, id string) {
	t.Helper()
	db, err := openData(data, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	past := async.Change{Deadline: time.Now().Add(-time.Second)}
	if _, err := sqlite.NewStore(db).Advance(t.Context(), id, past); err != nil {
		t.Fatal(err)
	}
}

// An execution that was started with the state machine of the first format goes
// on with it, in the next life of the system.
func TestExecutionsOfTheFirstFormatGoOn(t *testing.T) {
	old, err := os.ReadFile(filepath.Join("..", "asyncgen", "testdata", "inflight", "first.asl.json"))
	if err != nil {
		t.Fatal(err)
	}
	definition := regexp.MustCompile(`\$\{([A-Za-z]+)FunctionArn\}`).ReplaceAllStringFunc(string(old), func(name string) string {
		return functionPrefix + strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(name, "${"), "FunctionArn}"))
	})
	for review, want := range map[string]string{"approve": "Approved", "reject@shortlisting": "Rejected"} {
		t.Run(review, func(t *testing.T) {
			t.Parallel()
			s := fast(t, review)
			s.Speed = 1 // the first stage would take 20 seconds
			first := start(t, s)
			redefine(t, first, definition)
			location := submit(t, first.url, "")
			id := await(t, location, func(r response) bool { return r.CustomStatus == "Moderation" }).ID
			if err := first.stop(); err != nil {
				t.Fatal(err)
			}
			s.Speed = fast(t, "").Speed
			second := start(t, s)
			if got := await(t, strings.Replace(location, first.url, second.url, 1), ended); got.CustomStatus != want {
				t.Errorf("%+v", got.Submission)
			}
			for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
				x := callStepFunctions(t, second, "DescribeExecution", map[string]string{"executionArn": executionARN(id)})
				if x["status"] == "SUCCEEDED" {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("the execution is %v", x["status"])
				}
			}
		})
	}
}
