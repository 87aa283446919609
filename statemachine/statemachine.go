// Package statemachine holds the workflow of a submission. The file is the
// same on AWS, where the deployment fills in the functions' ARNs, and on one
// machine, where Definition does.
package statemachine

import (
	_ "embed"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
)

//go:embed process_submission.asl.json
var processSubmission string

// Lifetime is the workflow's own timeout: an execution that is older has ended,
// unless it was reopened.
const Lifetime = 30 * time.Minute

// StageTimeout is the timeout of each stage.
const StageTimeout = 50 * time.Second

// placeholder is what stands for a function's ARN in the file, and names the
// substitution that the deployment makes. The functions on AWS have no use for
// it, so it is compiled where it has one.
var placeholder = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$\{([^}]*?)(FunctionArn)?\}`)
})

// Definition is the state machine with the ARNs of its functions filled in:
// ${ModerateFunctionArn} becomes arn("moderate"). It returns an error if an ARN
// is empty or a placeholder of another form.
func Definition(arn func(function string) string) (string, error) {
	var unknown []string
	definition := placeholder().ReplaceAllStringFunc(processSubmission, func(found string) string {
		parts := placeholder().FindStringSubmatch(found)
		value := arn(strings.ToLower(parts[1]))
		if value == "" || parts[2] == "" {
			unknown = append(unknown, found)
		}
		return value
	})
	if len(unknown) > 0 {
		return "", fmt.Errorf("state machine: nothing is known to fill in for %s", strings.Join(unknown, ", "))
	}
	return definition, nil
}
