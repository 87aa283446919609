package engine

import "strings"

// action is what a Task state's Resource asks for.
type action uint8

const (
	callFunction  action = iota + 1 // the Resource is the function's ARN
	invokeLambda                    // arn:aws:states:::lambda:invoke
	startNested                     // arn:aws:states:::states:startExecution
	runNested                       // the same with .sync: wait for its end
	runNestedJSON                   // the same with .sync:2: its output as JSON, not as a string
)

// parseResource tells what a Resource asks for. token tells whether the answer
// comes with the task token and not with the call's result.
func parseResource(resource string) (do action, token, ok bool) {
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || !strings.HasPrefix(parts[1], "aws") {
		return 0, false, false
	}
	if parts[2] == "lambda" && strings.HasPrefix(parts[5], "function:") {
		return callFunction, false, true
	}
	if parts[2] != "states" || parts[3] != "" || parts[4] != "" {
		return 0, false, false
	}
	service, token := strings.CutSuffix(parts[5], ".waitForTaskToken")
	do, ok = map[string]action{
		"lambda:invoke":                invokeLambda,
		"states:startExecution":        startNested,
		"states:startExecution.sync":   runNested,
		"states:startExecution.sync:2": runNestedJSON,
	}[service]
	return do, token, ok && !(token && do > startNested)
}
