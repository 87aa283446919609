package engine

import (
	"fmt"
	"strings"

	"asynchttpapi/internal/asl"
)

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

// unsupported gives a problem for each Task whose Resource the engine cannot
// run: to find out at creation is better than to find out at night.
func unsupported(m *asl.Machine) (problems asl.Problems) {
	for _, s := range m.States {
		if s.Type == asl.Task {
			if _, _, ok := parseResource(s.Resource); !ok {
				problems = append(problems, asl.Problem{
					Code:    asl.SchemaCode,
					Pointer: s.Pointer + "/Resource",
					Message: fmt.Sprintf("The resource provided %s is not supported here; supported are Lambda functions, lambda:invoke and states:startExecution", s.Resource),
				})
			}
		}
		for _, branch := range s.Branches {
			problems = append(problems, unsupported(branch)...)
		}
		if s.ItemProcessor != nil {
			problems = append(problems, unsupported(s.ItemProcessor)...)
		}
	}
	return problems
}
