// Package statemachine holds the workflow of a submission. The file is the
// same on AWS, where the deployment fills in the functions' ARNs, and on one
// machine, where Definition does.
package statemachine

import (
	_ "embed"
	"fmt"
	"regexp"
	"time"
)

//go:embed process_submission.asl.json
var processSubmission string

// Lifetime is the workflow's own timeout: an execution that is older has ended,
// unless it was reopened.
const Lifetime = 30 * time.Minute

// StageTimeout is the timeout of each stage.
const StageTimeout = 50 * time.Second

// The activities that the workflow calls, and what stands for the ARN of each
// in the file: the names of the deployment's definition substitutions.
const (
	Moderate  = "ModerateFunctionArn"
	Shortlist = "ShortlistFunctionArn"
	Select    = "SelectFunctionArn"
	Fail      = "FailFunctionArn"
)

var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

// Definition is the state machine with the ARNs of its functions filled in,
// by the names above. It returns an error if one is missing.
func Definition(arns map[string]string) (string, error) {
	var missing string
	definition := placeholder.ReplaceAllStringFunc(processSubmission, func(found string) string {
		name := placeholder.FindStringSubmatch(found)[1]
		if arns[name] == "" {
			missing = name
		}
		return arns[name]
	})
	if missing != "" {
		return "", fmt.Errorf("state machine: no ARN is given for %s", missing)
	}
	return definition, nil
}
