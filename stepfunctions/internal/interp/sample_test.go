package interp_test

import (
	"encoding/json"

	"pgregory.net/rapid"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/asltest"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// sample is a generated execution that has run to its end.
type sample struct {
	machine *asl.Machine
	harness *harness
	events  []interp.Event
	// events and what was outstanding after each input
	after []snapshot
}

type snapshot struct {
	events int
	tasks  []interp.Task
	timers []interp.Timer
}

// generated draws a definition, an input and the behaviour of tasks, and runs
// them to the end, with an interruption and a redrive on the way for some.
func generated(t *rapid.T) *sample {
	m, err := asl.Parse(asltest.Definition().Draw(t, "definition"))
	if err != nil {
		t.Fatal(err)
	}
	s := &sample{machine: m}
	r := interp.New(m, sampleInfo, interp.WithHistory(func(e interp.Event) { s.events = append(s.events, e) }))
	luck := rapid.IntRange(0, 7).Draw(t, "luck")
	s.harness = newHarness(r, func(task interp.Task) []interp.Input { return s.answers(task, luck) })
	s.harness.applied = func() {
		tasks, timers := r.Outstanding()
		s.after = append(s.after, snapshot{events: len(s.events), tasks: tasks, timers: timers})
	}
	s.harness.start(value.Text(asltest.Input().Draw(t, "input")))
	stop := rapid.IntRange(0, 30).Draw(t, "stop")
	for step := 0; r.Outcome() == nil; step++ {
		switch {
		case step == stop:
			s.harness.apply(interp.Input{Kind: interp.Stopped, Error: "Stop", Cause: "by the test"})
		case !s.harness.step():
			t.Fatal("the run waits for something that never comes")
		case step > 10_000:
			t.Fatal("the run does not end")
		}
	}
	if r.Outcome().Status != interp.StatusSucceeded && rapid.Bool().Draw(t, "redrive") {
		s.redrive(t, r)
	}
	return s
}

func (s *sample) redrive(t *rapid.T, r *interp.Run) {
	s.harness.apply(interp.Input{Kind: interp.Redriven})
	for r.Outcome() == nil {
		if !s.harness.step() {
			t.Fatal("the redriven run waits for something that never comes")
		}
	}
}

var sampleInfo = interp.Info{
	ExecutionARN:    "arn:aws:states:us-east-1:111111111111:execution:m:e",
	StateMachineARN: "arn:aws:states:us-east-1:111111111111:stateMachine:m", Seed: [16]byte{7},
}

// answers lets a task succeed or fail, or leaves it alone if it has a timeout.
func (s *sample) answers(task interp.Task, luck int) []interp.Input {
	var out []interp.Input
	if task.Token != "" {
		out = append(out, interp.Input{Kind: interp.TaskSubmitted, Output: json.RawMessage(`null`)}, interp.Input{Kind: interp.TaskHeartbeat})
	}
	_, state := s.machine.Find(task.State)
	switch n := (int(task.Ref)*5 + luck) % 8; {
	case n == 0:
		return append(out, interp.Input{Kind: interp.TaskFailed, Error: "E1", Cause: "c"})
	case n == 1:
		return append(out, interp.Input{Kind: interp.TaskFailed, Error: "E2"})
	case n == 2:
		return append(out, interp.Input{Kind: interp.TaskSucceeded, Output: json.RawMessage(`not JSON`)})
	case n < 5 && (state.TimeoutSeconds != nil || state.HeartbeatSeconds != nil):
		return out
	}
	return append(out, interp.Input{Kind: interp.TaskSucceeded, Output: task.Parameters})
}
