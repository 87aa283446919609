package asyncgen_test

import (
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/internal/golden"
	"example.org/asynchttpapi/stepfunctions"
)

// machine is what the tests below look at.
type machine struct {
	StartAt        string
	TimeoutSeconds int
	States         map[string]state
}

type state struct {
	Type, Resource, Next             string
	End                              bool
	TimeoutSeconds, HeartbeatSeconds int
	Retry                            []retrier
	Catch                            []catcher
	Parameters                       map[string]any
}

type retrier struct {
	ErrorEquals                                   []string
	JitterStrategy                                string
	IntervalSeconds, MaxAttempts, MaxDelaySeconds int
	BackoffRate                                   float64
}

type catcher struct {
	ErrorEquals []string
	Next        string
}

func load(t *testing.T, job async.Definition) machine {
	t.Helper()
	text, err := asyncgen.StateMachine(job)
	if err != nil {
		t.Fatal(err)
	}
	var m machine
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestStateMachinesAreAsInTestdata(t *testing.T) {
	for _, job := range jobs()[:2] {
		text, err := asyncgen.StateMachine(job)
		if err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, filepath.Join("testdata", job.Describe().Name+".asl.json"), string(text))
	}
}

func TestStateMachinesAreValid(t *testing.T) {
	for _, job := range jobs() {
		definition, err := asyncgen.Definition(job, lambdaARN)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range stepfunctions.Validate([]byte(definition)) {
			t.Errorf("%s: %+v", job.Describe().Name, d)
		}
		if strings.Contains(definition, "${") {
			t.Errorf("%s: something is left to substitute", job.Describe().Name)
		}
	}
}

func TestDefinitionRefusesAMissingARN(t *testing.T) {
	job := jobs()[1]
	for _, missing := range []string{"reserve", "approval", "ship", "fail", "compensate"} {
		_, err := asyncgen.Definition(job, func(activity string) string { return strings.TrimPrefix(activity, missing) })
		if err == nil || !strings.Contains(err.Error(), missing) {
			t.Errorf("without %s: %v", missing, err)
		}
	}
}

func TestStateMachineRefusesAWrongJob(t *testing.T) {
	job := sale(pass, pass, pass)
	job.Stages[0].Name = "lower"
	if text, err := asyncgen.StateMachine(job); err == nil || text != nil || !strings.Contains(err.Error(), `"lower"`) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestRetiredStagesAreInNoNewExecution(t *testing.T) {
	job := sale(pass, pass, pass)
	job.Stages[0].Retired = true
	m := load(t, job)
	if _, ok := m.States["Reserve"]; ok || m.StartAt != "Pack" || m.States["RecordFailure"].Next != "Pack" {
		t.Errorf("%+v", m)
	}
	if _, err := asyncgen.Definition(job, func(activity string) string { return strings.TrimPrefix(activity, "reserve") }); err != nil {
		t.Error(err)
	}
}

// runs returns how long the runs of a state and the pauses between them can
// take, in seconds. The runs that end with a lack of capacity are taken to end at
// once. The pauses have full jitter: their sum is six standard deviations above
// its mean, or all of them in full where they are few.
func (s state) runs() int {
	total := s.TimeoutSeconds
	for _, r := range s.Retry {
		delay, sum, squares := float64(r.IntervalSeconds), 0.0, 0.0
		for range r.MaxAttempts {
			sum += delay
			squares += delay * delay
			delay = min(delay*r.BackoffRate, float64(r.MaxDelaySeconds))
			if !slices.Contains(r.ErrorEquals, async.Throttled) {
				total += s.TimeoutSeconds
			}
		}
		total += int(min(sum, sum/2+6*math.Sqrt(squares/12)))
	}
	return total
}

func TestWholeTimeoutLeavesRoomForEveryRetry(t *testing.T) {
	for _, job := range jobs() {
		m := load(t, job)
		longest := 0
		for name, s := range m.States {
			if name == "Approval" { // only its start is repeated
				s.TimeoutSeconds = 30
			}
			longest += s.runs()
		}
		if waits := m.States["Approval"].TimeoutSeconds; longest+waits > m.TimeoutSeconds+30 {
			t.Errorf("%s: states may take %d s, the whole %d s", job.Describe().Name, longest+waits, m.TimeoutSeconds)
		}
	}
}

func TestTimeoutsAreTheJobs(t *testing.T) {
	for _, job := range jobs() {
		m, d := load(t, job), job.Describe()
		for _, s := range d.Stages {
			got := m.States[asyncgen.StateName(s.Activity)]
			if time.Duration(got.TimeoutSeconds)*time.Second != s.Timeout+async.TaskMargin || time.Duration(got.HeartbeatSeconds)*time.Second != s.Heartbeat {
				t.Errorf("%s: %+v", s.Name, got)
			}
		}
		if got := time.Duration(m.TimeoutSeconds) * time.Second; got != d.Lifetime() {
			t.Errorf("%s: %v, want %v", d.Name, got, d.Lifetime())
		}
	}
}

// Such a call may have done its work, and takes long to fail.
func TestLostCallsAreMadeOnceMore(t *testing.T) {
	for _, job := range jobs()[:2] {
		for name, s := range load(t, job).States {
			for _, lost := range []string{async.TimedOut, "States.Timeout", "Sandbox.Timedout", "Runtime.ExitError", "Lambda.Unknown"} {
				i := slices.IndexFunc(s.Retry, func(r retrier) bool { return slices.Contains(r.ErrorEquals, lost) })
				switch {
				case s.Type != "Task" || name == "RecordFailure" || name == "Compensate":
				case name == "Approval" && lost == "States.Timeout":
					if i >= 0 {
						t.Error("a wait that ran out is repeated")
					}
				case i < 0 || s.Retry[i].MaxAttempts != async.LostAttempts:
					t.Errorf("%s: %s", name, lost)
				}
			}
		}
	}
}

func TestAttemptsBoundTheRetries(t *testing.T) {
	job := sale(pass, pass, pass)
	job.Stages[0].Attempts, job.Stages[1].Attempts = 1, 3
	states := load(t, job).States
	attempts := func(name, error string) int {
		for _, r := range states[name].Retry {
			if slices.Contains(r.ErrorEquals, error) {
				return r.MaxAttempts
			}
		}
		return 0
	}
	for name, want := range map[string]int{"Reserve": 0, "Pack": 2, "Ship": 6} {
		if got := attempts(name, async.Unavailable); got != want {
			t.Errorf("%s: %d retries, want %d", name, got, want)
		}
		if got := attempts(name, async.Throttled); got != async.CapacityAttempts {
			t.Errorf("%s: %d retries of a lack of capacity", name, got)
		}
	}
	if got := attempts("Reserve", "Lambda.Unknown"); got != 0 {
		t.Errorf("a stage with one attempt is run again %d times", got)
	}
}

func TestEveryTaskIsGuarded(t *testing.T) {
	for _, job := range jobs() {
		overtaken := "NothingToDo"
		if job.Describe().Compensates {
			overtaken = "Compensate"
		}
		for name, s := range load(t, job).States {
			if s.Type != "Task" {
				continue
			}
			if s.TimeoutSeconds == 0 || len(s.Retry) == 0 {
				t.Errorf("%s: timeout %d, %d retriers", name, s.TimeoutSeconds, len(s.Retry))
			}
			if name != "RecordFailure" && name != "Compensate" {
				if len(s.Catch) != 2 || s.Catch[0].Next != overtaken || s.Catch[1].Next != "RecordFailure" || s.Catch[1].ErrorEquals[0] != "States.ALL" {
					t.Errorf("%s: %+v", name, s.Catch)
				}
			}
			for _, r := range s.Retry {
				if slices.Contains(r.ErrorEquals, async.Failed) || r.JitterStrategy != "FULL" || slices.Contains(r.ErrorEquals, "States.ALL") {
					t.Errorf("%s: %+v", name, r)
				}
			}
		}
	}
}

func TestTasksGetNothingPersonal(t *testing.T) {
	allowed := []string{"id.$", "redrive.$", "error.$", "failedIn.$", "started.$", "token.$", "attempt.$"}
	for _, job := range jobs() {
		for name, s := range load(t, job).States {
			if s.Type != "Task" {
				continue
			}
			input := s.Parameters
			if payload, ok := input["Payload"].(map[string]any); ok {
				input = payload
			}
			if len(input) == 0 {
				t.Errorf("%s is given all of its input", name)
			}
			for parameter := range input {
				if !slices.Contains(allowed, parameter) {
					t.Errorf("%s is given %s", name, parameter)
				}
			}
		}
	}
}

// The Comment's prices rest on this.
func TestASubmissionTakesATransitionForEachStage(t *testing.T) {
	for _, job := range jobs() {
		m := load(t, job)
		transitions := 1 // the start
		for at := m.StartAt; at != ""; at = m.States[at].Next {
			transitions++
		}
		if want := len(job.Describe().Stages) + 1; transitions != want {
			t.Errorf("%d transitions, want %d", transitions, want)
		}
	}
}
