// Package asyncgen derives from a job what else has to agree with it: the state
// machine and the API's description are generated, a template and a state
// machine written by hand are checked. It is for development and tests: neither
// a Lambda function nor package local links it.
package asyncgen

import (
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/orderedjson"
	"example.org/asynchttpapi/async/internal/statemachine"
)

// The activities that are no stages: what functions/activities has besides, and
// what Definition asks ARNs for.
const (
	FailActivity       = statemachine.FailActivity
	CompensateActivity = statemachine.CompensateActivity
)

// PartitionName is the substitution that stands for the partition, such as aws
// or aws-cn, where a stage waits.
const PartitionName = statemachine.PartitionName

// StateName returns the name of an activity's state: of pack, Pack.
func StateName(activity string) string { return statemachine.StateName(activity) }

// FunctionARN returns the substitution that stands for the ARN of an activity's
// function in a generated state machine: of pack, PackFunctionArn.
func FunctionARN(activity string) string { return statemachine.FunctionARN(activity) }

// StateMachine returns the job's state machine in Amazon States Language: its
// stages in a row, each with its timeout, Retry and Catch. There is no Choice: a
// submission that has ended makes the stages that follow return at once.
//
// The Resource of a task is a substitution, see FunctionARN. The error is that
// of the job's Check.
func StateMachine(job async.Definition) ([]byte, error) { return statemachine.Generate(job) }

// Definition returns the job's state machine with the ARNs filled in that arn
// returns for the activities: those of the stages, fail, and compensate if the
// job compensates. The error names an activity for which it returned none.
func Definition(job async.Definition, arn func(activity string) string) (string, error) {
	return statemachine.Definition(job, arn)
}

type (
	object = orderedjson.Object
	member = orderedjson.Member
)
