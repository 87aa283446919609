package interp_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// recorded is a case recorded from the service: see the README of the folder
// that ASL_CASES names.
type recorded struct {
	ID         string
	Definition json.RawMessage
	Input      json.RawMessage
	Tasks      []recordedTask
	Lambdas    []struct{ Handler string }
	Expected   struct {
		Status               string
		Output, Error, Cause any
	}
	History        []recordedEvent
	Wildcards      []string
	SelfConsistent *bool `json:"self_consistent"`
	Deterministic  *bool
}

type recordedTask struct {
	State   string
	Outcome *struct {
		Event        string
		Output       json.RawMessage
		Error, Cause any
	}
	used bool
}

type recordedEvent struct {
	ID, Prev any
	Type     string
	Details  map[string]any
}

// TestRecorded plays the recorded cases to a run, a virtual clock and the
// recorded answers of tasks around it, and compares outcome and history.
func TestRecorded(t *testing.T) {
	folder := os.Getenv("ASL_CASES")
	if folder == "" {
		t.Skip("NOT RUN: ASL_CASES does not name the folder of recorded cases")
	}
	for _, tier := range []string{"core-jsonpath", "jsonpath-variables", "distributed-map"} {
		t.Run(tier, func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join(folder, "execution", tier, "*.json"))
			if err != nil || len(files) == 0 {
				t.Fatalf("no recorded cases: %v", err)
			}
			for _, file := range files {
				t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) { play(t, file) })
			}
		})
	}
}

func play(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c recorded
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	if reason := c.unsuitable(); reason != "" {
		t.Skip("NOT RUN: " + reason)
	}
	m, err := asl.Parse(c.Definition)
	if err != nil {
		t.Fatal(err)
	}
	var events []interp.Event
	r := interp.New(m, c.info(), interp.WithHistory(func(e interp.Event) { events = append(events, e) }))
	w := newHarness(r, c.answer)
	w.start(c.inputText(t))
	w.until(t, func() bool { return r.Outcome() != nil })
	c.compareOutcome(t, *r.Outcome())
	c.compareHistory(t, events)
}

func (c *recorded) unsuitable() string {
	switch {
	case c.SelfConsistent != nil && !*c.SelfConsistent:
		return "the input differs from the recording's"
	case strings.Contains(string(c.Definition), "JSONata"):
		return "uses JSONata, which is refused"
	case strings.Contains(string(c.Definition), `"ItemReader"`), strings.Contains(string(c.Definition), `"ResultWriter"`):
		return "uses a reader or writer, which is refused"
	case len(c.History) == 0:
		return "has no history"
	}
	return ""
}

func (c *recorded) info() interp.Info {
	return interp.Info{
		ExecutionARN: "arn:aws:states:us-east-1:111111111111:execution:<ArnPart_0idx>:<ExecArnPart_0idx>", ExecutionName: "<ExecArnPart_0idx>",
		StateMachineARN: "arn:aws:states:us-east-1:111111111111:stateMachine:<ArnPart_0idx>", StateMachineName: "<ArnPart_0idx>",
		RoleARN: "snf_role_arn", Seed: [16]byte{1},
	}
}

// inputText returns the input as the recorder's harness wrote it: with blanks after
// commas and colons.
func (c *recorded) inputText(t *testing.T) string {
	if text, ok := c.History[0].Details["input"].(string); ok {
		return text
	}
	v, err := value.Parse(c.Input)
	if err != nil {
		t.Fatal(err)
	}
	return interp.Spaced(v)
}

// answer returns the recorded answer to a task.
func (c *recorded) answer(task interp.Task) []interp.Input {
	for i := range c.Tasks {
		t := &c.Tasks[i]
		if t.used || t.State != "" && t.State != task.State || t.Outcome == nil {
			continue
		}
		t.used = true
		switch {
		case strings.HasSuffix(t.Outcome.Event, "TimedOut"):
			return nil
		case strings.HasSuffix(t.Outcome.Event, "Failed"):
			return []interp.Input{{Kind: interp.TaskFailed, Error: text(t.Outcome.Error), Cause: text(t.Outcome.Cause)}}
		}
		return []interp.Input{{Kind: interp.TaskSucceeded, Output: functionAnswer(t.Outcome.Output, task)}}
	}
	// What child executions asked is not in their parent's history, but the
	// function that was asked may be one that echoes.
	if len(c.Lambdas) == 1 && c.Lambdas[0].Handler == "id_function.py" {
		return []interp.Input{{Kind: interp.TaskSucceeded, Output: task.Payload}}
	}
	return nil
}

func functionAnswer(recorded json.RawMessage, task interp.Task) json.RawMessage {
	v, err := value.Parse(recorded)
	if err != nil {
		return recorded
	}
	if s, ok := v.(string); ok {
		return json.RawMessage(s)
	}
	if o, ok := v.(*value.Object); ok && strings.HasSuffix(task.Resource, "lambda:invoke") {
		v, _ = o.Get("Payload")
	}
	return json.RawMessage(value.Text(v))
}

func text(v any) string {
	switch s := v.(type) {
	case nil:
		return ""
	case string:
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(b)
}

func (c *recorded) compareHistory(t *testing.T, got []interp.Event) {
	t.Helper()
	if c.unordered() {
		c.compareTypes(t, got)
		return
	}
	for i, want := range c.History {
		if i >= len(got) {
			t.Errorf("event %d: missing, want %s", i+1, want.Type)
			continue
		}
		g := got[i]
		if text(want.ID) != fmt.Sprint(g.ID) || text(want.Prev) != fmt.Sprint(g.Previous) && !c.mapRunExit(want) || want.Type != g.Type {
			t.Errorf("event %d: got %d %d %s, want %s %s %s", i+1, g.ID, g.Previous, g.Type, text(want.ID), text(want.Prev), want.Type)
		}
		details := map[string]any{}
		for name, v := range g.Details {
			details[name] = parsedInside(v)
		}
		if !c.sameMembers(want.Details, details) {
			t.Errorf("event %d %s: got %s\nwant %s", i+1, g.Type, text(details), text(want.Details))
		}
	}
	for i := len(c.History); i < len(got); i++ {
		t.Errorf("event %d: unexpected %s", i+1, got[i].Type)
	}
}

// mapRunExit reports whether e is the exit of a distributed Map. Until the middle
// of 2024 it followed the end of the Map Run, as here; in later recordings it
// follows the Map Run's start.
func (c *recorded) mapRunExit(e recordedEvent) bool {
	return e.Type == "MapStateExited" && slices.ContainsFunc(c.History, func(e recordedEvent) bool { return e.Type == "MapRunStarted" })
}

// unordered reports whether several orders of events are legal: the recorder
// then has lists for ids.
func (c *recorded) unordered() bool {
	return slices.ContainsFunc(c.History, func(e recordedEvent) bool { _, list := e.ID.([]any); return list })
}

func (c *recorded) compareTypes(t *testing.T, got []interp.Event) {
	t.Helper()
	count := map[string]int{}
	for _, e := range c.History {
		count[e.Type]++
	}
	for _, e := range got {
		// The recorder left these out where it sorted events.
		if !strings.HasSuffix(e.Type, "StateSucceeded") && e.Type != "ParallelStateFailed" {
			count[e.Type]--
		}
	}
	for kind, n := range count {
		if n > 0 && kind != "ParallelStateStarted" {
			t.Errorf("%s: %d too few", kind, n)
		}
	}
}

func (c *recorded) compareOutcome(t *testing.T, o interp.Outcome) {
	t.Helper()
	got := map[string]any{"status": o.Status, "output": parsed(string(o.Output)), "error": parsed(o.Error), "cause": parsed(o.Cause)}
	want := map[string]any{"status": c.Expected.Status, "output": c.Expected.Output, "error": c.Expected.Error, "cause": c.Expected.Cause}
	for name := range want {
		if want[name] == nil && got[name] == "" {
			continue
		}
		if !c.matches(want[name], got[name]) {
			t.Errorf("%s: got %s\nwant %s", name, text(got[name]), text(want[name]))
		}
	}
}

// parsedInside does to every string what the recorder did.
func parsedInside(v any) any {
	switch x := v.(type) {
	case string:
		return parsed(x)
	case map[string]any:
		out := map[string]any{}
		for name, inner := range x {
			out[name] = parsedInside(inner)
		}
		return out
	}
	return v
}

// parsed does to a string what the recorder did.
func parsed(s string) any {
	if !strings.HasPrefix(s, "{") {
		return s
	}
	var v any
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return s
	}
	return v
}

func (c *recorded) matches(want, got any) bool {
	switch w := want.(type) {
	case string:
		return want == got || c.wild(w)
	case map[string]any:
		g, ok := got.(map[string]any)
		return ok && c.sameMembers(w, g)
	case []any:
		g, ok := got.([]any)
		if s, text := got.(string); text && !ok {
			var inside any
			return json.Unmarshal([]byte(s), &inside) == nil && c.matches(want, inside)
		}
		return ok && slices.EqualFunc(w, g, c.matches)
	case json.Number:
		return w.String() == fmt.Sprint(got)
	}
	return want == got
}

func (c *recorded) sameMembers(want, got map[string]any) bool {
	for name := range got {
		if _, ok := want[name]; !ok && !ignored[name] {
			return false
		}
	}
	for name, w := range want {
		g, ok := got[name]
		if !ignored[name] && (!ok || !c.matches(w, g)) {
			return false
		}
	}
	return true
}

// The members that the README has left out; the one that the recorder dropped
// from ExecutionStarted; and the one that contexts recorded before redrives
// existed do not have.
var ignored = map[string]bool{"SdkHttpMetadata": true, "SdkResponseMetadata": true, "stackTrace": true, "requestId": true, "roleArn": true,
	"RedriveCount": true}

func (c *recorded) wild(s string) bool {
	return slices.ContainsFunc(append(c.Wildcards, "<json-input:*>"), func(token string) bool {
		return token != "<lambda_function_name>" && strings.Contains(s, strings.TrimSuffix(token, "*>"))
	})
}
