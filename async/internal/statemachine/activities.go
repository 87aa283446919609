package statemachine

import (
	"strings"

	"example.org/asynchttpapi/async"
)

// The activities that are no stages.
const (
	FailActivity       = "fail"
	CompensateActivity = "compensate"
)

// StateName returns the name of an activity's state: of pack, Pack.
func StateName(activity string) string { return strings.ToUpper(activity[:1]) + activity[1:] }

// FunctionARN returns the substitution that stands for the ARN of an activity's
// function: of pack, PackFunctionArn.
func FunctionARN(activity string) string { return StateName(activity) + "FunctionArn" }

// Activity is one function below functions/activities.
type Activity struct {
	Name string
	// Stage is nil for fail and compensate.
	Stage *async.StageDescription
}

// Activities returns all activities of a job, those of retired stages too: they
// run for executions in flight.
func Activities(d async.Description) (all []Activity) {
	for i := range d.Stages {
		all = append(all, Activity{d.Stages[i].Activity, &d.Stages[i]})
	}
	all = append(all, Activity{Name: FailActivity})
	if d.Compensates {
		all = append(all, Activity{Name: CompensateActivity})
	}
	return all
}

// Running returns the stages that new executions run.
func Running(d async.Description) (stages []async.StageDescription) {
	for _, s := range d.Stages {
		if !s.Retired {
			stages = append(stages, s)
		}
	}
	return stages
}

// Waits reports whether a stage of d waits.
func Waits(d async.Description) bool {
	for _, s := range d.Stages {
		if s.Waits {
			return true
		}
	}
	return false
}
