package sfn

import (
	"errors"
	"strings"
)

// executionPrefix is what stands before the name in the ARN of an execution of
// a state machine, version or alias:
//
//	arn:aws:states:REGION:ACCOUNT:stateMachine:NAME[:VERSION or ALIAS]
//	arn:aws:states:REGION:ACCOUNT:execution:NAME:EXECUTION
//
// The error does not repeat the ARN.
func executionPrefix(machine string) (string, error) {
	parts := strings.Split(machine, ":")
	if len(parts) < 7 || len(parts) > 8 || parts[0] != "arn" || parts[2] != "states" || parts[5] != "stateMachine" || parts[6] == "" {
		return "", errors.New("the state machine's ARN is not one (arn:PARTITION:states:REGION:ACCOUNT:stateMachine:NAME)")
	}
	parts[5] = "execution"
	return strings.Join(parts[:7], ":") + ":", nil
}
