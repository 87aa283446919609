package interp_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

type recordedTestState struct {
	recorded
	Request struct {
		StateName          string
		Context, Variables *string
		Mock               *struct {
			Result      *string
			ErrorOutput *struct{ Error, Cause string }
		}
		StateConfiguration struct {
			RetrierRetryCount        int64
			MapIterationFailureCount int
		}
	}
	Expected map[string]any
}

// TestRecordedTestStates tries the recorded single states.
func TestRecordedTestStates(t *testing.T) {
	folder := os.Getenv("ASL_CASES")
	if folder == "" {
		t.Skip("NOT RUN: ASL_CASES does not name the folder of recorded cases")
	}
	files, err := filepath.Glob(filepath.Join(folder, "test-state", "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) { try(t, file) })
	}
}

func try(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c recordedTestState
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(c.Definition), "JSONata") {
		t.Skip("NOT RUN: uses JSONata, which is refused")
	}
	m, state := c.state(t)
	testState, err := interp.NewTestState(m, state, c.input(t))
	if err != nil {
		t.Fatal(err)
	}
	if task, ok := testState.Start(); ok {
		result, _ := json.Marshal(c.Expected["inspectionData"].(map[string]any)["result"])
		testState.Answer(interp.Input{Kind: interp.TaskSucceeded, Ref: task.Ref, Output: functionAnswer(result, task), At: time.Unix(1, 0)})
	}
	c.compareTestState(t, testState.Result())
}

func (c *recordedTestState) state(t *testing.T) (*asl.Machine, *asl.State) {
	definition, name := c.Definition, c.Request.StateName
	if name == "" {
		name = "StateName"
		definition = json.RawMessage(`{"StartAt":"StateName","States":{"StateName":` + string(c.Definition) + `}}`)
	}
	m, err := asl.Parse(definition)
	if err != nil {
		t.Fatal(err)
	}
	inside, state := m.Find(name)
	if state == nil {
		t.Fatalf("no state %s", name)
	}
	return inside, state
}

func (c *recordedTestState) input(t *testing.T) interp.TestStateInput {
	in := interp.TestStateInput{Inspect: true, Info: c.info(), At: time.Unix(0, 0), Input: json.RawMessage("{}")}
	if string(c.Input) != "null" {
		v, err := value.Parse(c.Input)
		if err != nil {
			t.Fatal(err)
		}
		in.Input = json.RawMessage(interp.Spaced(v))
	}
	if c.Request.Context != nil {
		in.Context = json.RawMessage(*c.Request.Context)
	}
	if c.Request.Variables != nil {
		in.Variables = json.RawMessage(*c.Request.Variables)
	}
	if mock := c.Request.Mock; mock != nil {
		in.Mock = &interp.Mock{}
		if mock.Result != nil {
			in.Mock.Result = json.RawMessage(*mock.Result)
		} else {
			in.Mock.Error, in.Mock.Cause = mock.ErrorOutput.Error, mock.ErrorOutput.Cause
		}
	}
	in.RetrierRetryCount = c.Request.StateConfiguration.RetrierRetryCount
	in.MapIterationFailureCount = c.Request.StateConfiguration.MapIterationFailureCount
	return in
}

func (c *recordedTestState) compareTestState(t *testing.T, r interp.TestStateResult) {
	t.Helper()
	got := map[string]any{"status": r.Status}
	for name, s := range map[string]string{"output": string(r.Output), "error": r.Error, "cause": r.Cause, "nextState": r.NextState} {
		if s != "" {
			got[name] = parsed(s)
		}
	}
	if _, ok := c.Expected["inspectionData"]; ok {
		got["inspectionData"] = plainJSON(r.Inspection)
	}
	if !c.sameMembers(c.Expected, got) {
		t.Errorf("got  %s\nwant %s", text(got), text(c.Expected))
	}
}

func plainJSON(o *value.Object) map[string]any {
	out := map[string]any{}
	for _, m := range o.Members() {
		out[m.Name] = m.Value
		switch v := m.Value.(type) {
		case string:
			out[m.Name] = parsed(v)
		case *value.Object:
			out[m.Name] = plainJSON(v)
		}
	}
	return out
}
