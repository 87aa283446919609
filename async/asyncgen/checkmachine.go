package asyncgen

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/statemachine"
	"example.org/asynchttpapi/stepfunctions"
)

// CheckStateMachine returns what is wrong with a state machine that was written
// by hand for a job, one sentence each: with branches of its own, for example. It
// has a task for each stage, recognized by its substitution (FunctionARN), that
// is given what the activity needs, has the stage's timeout and catches what has
// to be caught; on every path the stages keep the order of the job, for a status
// never goes back. The error is that of its JSON.
func CheckStateMachine(job async.Definition, asl []byte) (problems []string, err error) {
	c := machineCheck{job: job.Describe()}
	if err := json.Unmarshal(asl, &c.machine); err != nil {
		return nil, fmt.Errorf("state machine: %w", err)
	}
	if c.machine.QueryLanguage == "JSONata" {
		return []string{"the state machine is written in JSONata: only JSONPath is checked"}, nil
	}
	for _, d := range stepfunctions.Validate([]byte(c.filled(string(asl)))) {
		c.add("%s at %s: %s", d.Code, d.Location, d.Message)
	}
	c.find(c.machine.States, false)
	if got, want := c.machine.TimeoutSeconds, statemachine.Seconds(c.job.Lifetime()); got != 0 && got < want {
		c.add("TimeoutSeconds is %d: the stages with all retries may take %d", got, want)
	}
	for _, a := range statemachine.Activities(c.job) {
		name, ok := c.tasks[a.Name]
		switch {
		case ok:
			c.task(a, name, c.machine.States[name])
		case a.Stage == nil || !a.Stage.Retired:
			c.add("no task calls activity %s: its Resource is %s", a.Name, statemachine.Substitution(FunctionARN(a.Name)))
		}
	}
	c.order()
	return c.problems, nil
}

// aslMachine and aslState are the members of a definition that are looked at.
type (
	aslMachine struct {
		StartAt        string
		QueryLanguage  string
		TimeoutSeconds int
		States         map[string]aslState
	}
	aslState struct {
		Type, Resource, Next, Default string
		OutputPath                    string
		ResultPath                    json.RawMessage
		ResultSelector                map[string]any
		Parameters                    map[string]any
		TimeoutSeconds                int
		HeartbeatSeconds              int
		Catch                         []struct {
			ErrorEquals []string
			Next        string
		}
		Choices   []struct{ Next string }
		Branches  []aslMachine
		Iterator  *aslMachine
		Processor *aslMachine `json:"ItemProcessor"`
	}
)

// machineCheck gathers what is wrong with a state machine.
type machineCheck struct {
	job      async.Description
	machine  aslMachine
	tasks    map[string]string // state names by activity
	problems []string
}

func (c *machineCheck) add(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// filled is the definition with ARNs in the place of what the job substitutes.
func (c *machineCheck) filled(asl string) string {
	values := []string{statemachine.Substitution(PartitionName), "aws"}
	for _, a := range statemachine.Activities(c.job) {
		values = append(values, statemachine.Substitution(FunctionARN(a.Name)), "arn:aws:lambda:us-east-1:123456789012:function:"+a.Name)
	}
	return strings.NewReplacer(values...).Replace(asl)
}

// find finds the tasks of the activities. Stages that run beside each other
// would refuse each other's writes of the status.
func (c *machineCheck) find(states map[string]aslState, nested bool) {
	if c.tasks == nil {
		c.tasks = map[string]string{}
	}
	for _, name := range keys(states) {
		s := states[name]
		for _, a := range statemachine.Activities(c.job) {
			if arn := statemachine.Substitution(FunctionARN(a.Name)); s.Resource != arn && s.Parameters["FunctionName"] != arn {
				continue
			}
			switch earlier := c.tasks[a.Name]; {
			case nested:
				c.add("%s: activity %s runs inside a Parallel or Map; stages run one after another", name, a.Name)
			case earlier != "":
				c.add("%s and %s both call activity %s", earlier, name, a.Name)
			default:
				c.tasks[a.Name] = name
			}
		}
		for _, inner := range append(slices.Clone(s.Branches), deref(s.Iterator), deref(s.Processor)) {
			c.find(inner.States, true)
		}
	}
}

func deref(m *aslMachine) aslMachine {
	if m == nil {
		return aslMachine{}
	}
	return *m
}

func (c *machineCheck) task(a statemachine.Activity, name string, s aslState) {
	want, waits := statemachine.StageParameters(false), a.Stage != nil && a.Stage.Waits
	switch {
	case a.Name == FailActivity && a.Stage == nil:
		want = statemachine.FailParameters()
	case waits:
		want = statemachine.StageParameters(true)
		if !strings.HasSuffix(s.Resource, ":lambda:invoke.waitForTaskToken") {
			c.add("%s: a stage that waits has the Resource arn:%s:states:::lambda:invoke.waitForTaskToken", name, statemachine.Substitution(PartitionName))
		}
	}
	input := s.Parameters
	if payload, ok := input["Payload"].(map[string]any); ok {
		input = payload
	}
	if strings.HasSuffix(s.Resource, ":lambda:invoke") && s.OutputPath != "$.Payload" && s.ResultSelector == nil && string(s.ResultPath) != "null" {
		c.add("%s: lambda:invoke wraps what the activity returns, and the next state finds no id; add \"OutputPath\": \"$.Payload\"", name)
	}
	for _, m := range want {
		if input[m.Name] != m.Value {
			c.add("%s: its Parameters lack \"%s\": \"%s\"", name, m.Name, m.Value)
		}
	}
	for _, given := range keys(input) {
		if !slices.ContainsFunc(want, func(m member) bool { return m.Name == given }) {
			c.add("%s: its Parameters have %q, which the activity does not read: inputs are kept in histories", name, given)
		}
	}
	if a.Stage == nil {
		return
	}
	if least := statemachine.Seconds(a.Stage.Timeout + async.TaskMargin); s.TimeoutSeconds < least {
		c.add("%s: TimeoutSeconds is %d, and stage %s needs at least %d", name, s.TimeoutSeconds, a.Stage.Name, least)
	}
	if s.HeartbeatSeconds != statemachine.Seconds(a.Stage.Heartbeat) {
		c.add("%s: HeartbeatSeconds is %d, and the Heartbeat of stage %s is %d", name, s.HeartbeatSeconds, a.Stage.Name, statemachine.Seconds(a.Stage.Heartbeat))
	}
	c.catch(name, s)
}

// catch wants the quiet end for a submission that has moved on, and then a
// catcher for all other errors that leads to the recording of the failure.
func (c *machineCheck) catch(name string, s aslState) {
	caught := func(error string) (int, string) {
		for i, catcher := range s.Catch {
			if slices.Contains(catcher.ErrorEquals, error) {
				return i, catcher.Next
			}
		}
		return len(s.Catch), ""
	}
	all, next := caught("States.ALL")
	if next == "" {
		c.add("%s: no Catch of States.ALL: a failure would not be recorded", name)
	} else if fail := c.tasks[FailActivity]; fail != "" && !c.reaches(next, fail) {
		c.add("%s: the Catch of States.ALL does not lead to %s: a failure would not be recorded", name, fail)
	}
	for _, quiet := range []string{async.NotFound, async.Overtaken} {
		i, next := caught(quiet)
		if i >= all {
			c.add("%s: no Catch of %s before that of States.ALL: it is no failure", name, quiet)
		} else if compensate := c.tasks[CompensateActivity]; compensate != "" && !c.reaches(next, compensate) {
			c.add("%s: the Catch of %s does not lead to %s", name, quiet, compensate)
		}
	}
}

// next returns the states that follow one, other than by an error.
func (c *machineCheck) next(name string) (all []string) {
	s := c.machine.States[name]
	for _, choice := range s.Choices {
		all = append(all, choice.Next)
	}
	for _, n := range []string{s.Next, s.Default} {
		if n != "" {
			all = append(all, n)
		}
	}
	return all
}

// reaches reports whether a path without errors leads from one state to another.
func (c *machineCheck) reaches(from, to string) bool {
	return slices.Contains(c.after(from, func(string) bool { return false }), to)
}

// after returns the states of all paths from a state on, which is one of them.
// A path ends where stop says so.
func (c *machineCheck) after(from string, stop func(string) bool) (all []string) {
	open := []string{from}
	for len(open) > 0 {
		name := open[0]
		open = open[1:]
		if slices.Contains(all, name) {
			continue
		}
		all = append(all, name)
		if !stop(name) {
			open = append(open, c.next(name)...)
		}
	}
	return all
}

// order wants the ranks of stages to grow on every path.
func (c *machineCheck) order() {
	rank := map[string]int{}
	for i, s := range c.job.Stages {
		if name, ok := c.tasks[s.Activity]; ok {
			rank[name] = i + 1
		}
	}
	isStage := func(name string) bool { return rank[name] > 0 }
	for _, name := range keys(rank) {
		for _, next := range c.next(name) {
			for _, later := range c.after(next, isStage) {
				if isStage(later) && rank[later] <= rank[name] {
					c.add("%s follows %s, and the job has these stages in another order", later, name)
				}
			}
		}
	}
}
