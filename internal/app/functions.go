package app

import (
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"

	"asynchttpapi/internal/speakers"
)

// The functions that every kind of work has, named as their folders are. Each
// stage of the domain adds its activity.
const (
	Submit    = "submit"
	Status    = "status"
	Reconcile = "reconcile"
	Fail      = "fail"
)

// functions says how the handler of each function is made.
func functions() map[string]func(Config) (lambda.Handler, error) {
	all := map[string]func(Config) (lambda.Handler, error){
		Submit:    newSubmit,
		Status:    newStatus,
		Reconcile: newReconcile,
		Fail:      newFail,
	}
	for _, stage := range speakers.Stages() {
		all[stage.Activity()] = newStage(stage)
	}
	return all
}

// Handler makes the handler of one function. Its Invoke takes and gives JSON,
// as in the Lambda runtime.
func Handler(function string, c Config) (lambda.Handler, error) {
	newHandler, ok := functions()[function]
	if !ok {
		return nil, fmt.Errorf("app: no function %q", function)
	}
	return newHandler(c)
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
