package app

import (
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"

	"asynchttpapi/internal/speakers"
)

// The functions, as they are named in functions/ and in the state machine's
// substitutions.
const (
	Submit    = "submit"
	Status    = "status"
	Reconcile = "reconcile"
	Moderate  = "moderate"
	Shortlist = "shortlist"
	Select    = "select"
	Fail      = "fail"
)

// functions says how the handler of each function is made.
var functions = map[string]func(Config) (lambda.Handler, error){
	Submit:    newSubmit,
	Status:    newStatus,
	Reconcile: newReconcile,
	Moderate:  newStage(speakers.Moderation),
	Shortlist: newStage(speakers.Shortlisting),
	Select:    newStage(speakers.Selection),
	Fail:      newFail,
}

// Handler makes the handler of one function. Its Invoke takes and gives JSON,
// as in the Lambda runtime.
func Handler(function string, c Config) (lambda.Handler, error) {
	newHandler, ok := functions[function]
	if !ok {
		return nil, fmt.Errorf("app: no function %q", function)
	}
	return newHandler(c)
}

// Handlers makes the handlers of all functions, by name.
func Handlers(c Config) (map[string]lambda.Handler, error) {
	all := make(map[string]lambda.Handler, len(functions))
	for name, newHandler := range functions {
		h, err := newHandler(c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all[name] = h
	}
	return all, nil
}
