package functions

import (
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"

	"example.org/asynchttpapi/speakers"
)

// The functions that every kind of work has, named as their folders are. Each
// stage of the domain adds its activity.
const (
	Submit    = "submit"
	Status    = "status"
	Reconcile = "reconcile"
	Fail      = "fail"
)

// Maker makes the handler of one function. Its Invoke takes and gives JSON, as
// in the Lambda runtime. A binary that names one Maker alone is linked with
// nothing that the other functions need.
type Maker func(Config) (lambda.Handler, error)

// functions says how the handler of each function is made.
func functions() map[string]Maker {
	all := map[string]Maker{
		Submit:    NewSubmit,
		Status:    NewStatus,
		Reconcile: NewReconcile,
		Fail:      NewFail,
	}
	for _, stage := range speakers.Stages() {
		all[stage.Activity()] = newStage(stage)
	}
	return all
}

// Handlers makes the handlers of all functions, by name.
func Handlers(c Config) (map[string]lambda.Handler, error) {
	all := map[string]lambda.Handler{}
	for name, newHandler := range functions() {
		h, err := newHandler(c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all[name] = h
	}
	return all, nil
}
