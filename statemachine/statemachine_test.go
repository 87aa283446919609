package statemachine

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// machine is what the tests below look at.
type machine struct {
	StartAt        string
	TimeoutSeconds int
	States         map[string]state
}

type state struct {
	Type, Resource, Next, Default string
	TimeoutSeconds                int
	Retry                         []retrier
	Catch                         []catcher
	Choices                       []struct{ Next string }
	Parameters                    map[string]string
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

func load(t *testing.T) machine {
	t.Helper()
	definition, err := Definition(func(function string) string { return "arn:" + function })
	if err != nil {
		t.Fatal(err)
	}
	var m machine
	if err := json.Unmarshal([]byte(definition), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDefinitionFillsInEveryARN(t *testing.T) {
	m := load(t)
	var got []string
	for _, s := range m.States {
		if s.Type == "Task" {
			got = append(got, s.Resource)
		}
	}
	slices.Sort(got)
	if want := []string{"arn:fail", "arn:moderate", "arn:select", "arn:shortlist"}; !slices.Equal(got, want) {
		t.Errorf("tasks call %v", got)
	}
}

func TestDefinitionRefusesAMissingARN(t *testing.T) {
	for _, missing := range []string{"moderate", "shortlist", "select", "fail"} {
		_, err := Definition(func(function string) string { return strings.TrimPrefix(function, missing) })
		if err == nil || !strings.Contains(strings.ToLower(err.Error()), missing) {
			t.Errorf("without %s: %v", missing, err)
		}
	}
}

func TestTimeoutsAreTheFiles(t *testing.T) {
	for _, name := range []string{"Moderate", "Shortlist", "Select"} {
		if got := time.Duration(load(t).States[name].TimeoutSeconds) * time.Second; got != StageTimeout {
			t.Errorf("%s: the file says %v, the constant %v", name, got, StageTimeout)
		}
	}
	if got := time.Duration(load(t).TimeoutSeconds) * time.Second; got != Lifetime {
		t.Errorf("the file says %v, the constant %v", got, Lifetime)
	}
}

func TestWholeTimeoutLeavesRoomForEveryRetry(t *testing.T) {
	var longest int
	for _, s := range load(t).States {
		runs, waits := 1, 0
		for _, r := range s.Retry {
			delay := float64(r.IntervalSeconds)
			for range r.MaxAttempts {
				waits += int(delay)
				if delay *= max(r.BackoffRate, 2); r.MaxDelaySeconds > 0 {
					delay = min(delay, float64(r.MaxDelaySeconds))
				}
			}
			runs += r.MaxAttempts
		}
		longest += s.TimeoutSeconds*runs + waits
	}
	if whole := int(Lifetime / time.Second); longest > whole {
		t.Errorf("stages may take %d s, the whole %d s", longest, whole)
	}
}

// Lambda reports a function's own timeout as Sandbox.Timedout and the end of its
// process as Runtime.ExitError; documentation still says Lambda.Unknown. Such a
// call may have done its work, and takes long to fail: it is made once more.
func TestBrokenCallsAreMadeOnceMore(t *testing.T) {
	for name, s := range load(t).States {
		for _, lost := range []string{"States.Timeout", "Sandbox.Timedout", "Runtime.ExitError", "Lambda.Unknown"} {
			i := slices.IndexFunc(s.Retry, func(r retrier) bool { return slices.Contains(r.ErrorEquals, lost) })
			if s.Type == "Task" && (i < 0 || s.Retry[i].MaxAttempts != 1) {
				t.Errorf("%s: %s", name, lost)
			}
		}
	}
}

func TestEveryTaskIsGuarded(t *testing.T) {
	for name, s := range load(t).States {
		if s.Type != "Task" {
			continue
		}
		if s.TimeoutSeconds == 0 || len(s.Retry) == 0 || len(s.Catch) == 0 && name != "RecordFailure" {
			t.Errorf("%s: timeout %d, %d retriers, %d catchers", name, s.TimeoutSeconds, len(s.Retry), len(s.Catch))
			continue
		}
		if len(s.Catch) > 0 && !slices.Equal(s.Catch[len(s.Catch)-1].ErrorEquals, []string{"States.ALL"}) {
			t.Errorf("%s: the last catcher is %+v", name, s.Catch[len(s.Catch)-1])
		}
		for _, r := range s.Retry {
			if slices.Contains(r.ErrorEquals, "Activity.Failed") {
				t.Errorf("%s: the end would be tried again", name)
			}
			if r.JitterStrategy != "FULL" || slices.Contains(r.ErrorEquals, "States.ALL") {
				t.Errorf("%s: %+v", name, r)
			}
		}
	}
}

func TestTasksGetNothingPersonal(t *testing.T) {
	allowed := []string{"id.$", "redrive.$", "error.$", "failedIn.$", "started.$"}
	for name, s := range load(t).States {
		for parameter := range s.Parameters {
			if !slices.Contains(allowed, parameter) {
				t.Errorf("%s is given %s", name, parameter)
			}
		}
		if s.Type == "Task" && s.Parameters == nil {
			t.Errorf("%s is given all of its input", name)
		}
	}
}

// The Comment's prices rest on this.
func TestAnAcceptedTalkCostsSixTransitions(t *testing.T) {
	m := load(t)
	transitions := 1 // the start
	for at := m.StartAt; at != ""; {
		s := m.States[at]
		transitions++
		at = s.Next
		if s.Type == "Choice" {
			at = s.Choices[0].Next
		}
	}
	if transitions != 6 {
		t.Errorf("%d transitions", transitions)
	}
}
