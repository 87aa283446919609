// Package asyncgen derives from a job what else has to agree with it: the state
// machine and the API's description are generated, a template and a state
// machine written by hand are checked. It is for development, tests and package
// local: no Lambda function links it.
package asyncgen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"example.org/asynchttpapi/async"
)

// The activities that are no stages: what functions/activities has besides, and
// what Definition asks ARNs for.
const (
	FailActivity       = "fail"
	CompensateActivity = "compensate"
)

// StateName returns the name of an activity's state: of pack, Pack.
func StateName(activity string) string { return strings.ToUpper(activity[:1]) + activity[1:] }

// FunctionARN returns the substitution that stands for the ARN of an activity's
// function in a generated state machine: of pack, PackFunctionArn.
func FunctionARN(activity string) string { return StateName(activity) + "FunctionArn" }

// activity is one function below functions/activities.
type activity struct {
	name string
	// stage is nil for fail and compensate.
	stage *async.StageDescription
}

// activities returns all activities of a job, those of retired stages too: they
// run for executions in flight.
func activities(d async.Description) (all []activity) {
	for i := range d.Stages {
		all = append(all, activity{d.Stages[i].Activity, &d.Stages[i]})
	}
	all = append(all, activity{name: FailActivity})
	if d.Compensates {
		all = append(all, activity{name: CompensateActivity})
	}
	return all
}

// running returns the stages that new executions run.
func running(d async.Description) (stages []async.StageDescription) {
	for _, s := range d.Stages {
		if !s.Retired {
			stages = append(stages, s)
		}
	}
	return stages
}

// waits reports whether a stage of d waits.
func waits(d async.Description) bool {
	for _, s := range d.Stages {
		if s.Waits {
			return true
		}
	}
	return false
}

// Definition returns the job's state machine with the ARNs filled in that arn
// returns for the activities: those of the stages, fail, and compensate if the
// job compensates. The error names an activity for which it returned none.
func Definition(job async.Definition, arn func(activity string) string) (string, error) {
	text, err := StateMachine(job)
	if err != nil {
		return "", err
	}
	values := []string{"${" + PartitionName + "}", "aws"}
	for _, a := range activities(job.Describe()) {
		value := arn(a.name)
		if value == "" && (a.stage == nil || !a.stage.Retired) {
			return "", fmt.Errorf("state machine of job %q: no function for activity %s", job.Describe().Name, a.name)
		}
		values = append(values, "${"+FunctionARN(a.name)+"}", value)
	}
	return strings.NewReplacer(values...).Replace(string(text)), nil
}

// object is a JSON object whose order is kept for its readers.
type object []member

type member struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := marshal(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshal is json.Marshal without the escapes of HTML.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
