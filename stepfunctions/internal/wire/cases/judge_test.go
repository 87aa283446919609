package cases_test

import (
	"errors"
	"fmt"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/wire/cases"

	"github.com/aws/smithy-go"
)

func notRunnable(c cases.Case) string {
	if !c.Consistent() {
		return "its input is not the recording's"
	}
	return ""
}

// unlessRefused judges a definition that was not accepted: refusing what is
// not supported is no failure, and is counted apart.
func unlessRefused(c cases.Case, err error) cases.Verdict {
	api := smithy.APIError(nil)
	if !errors.As(err, &api) {
		return failed(c, err.Error())
	}
	// Recordings of activities have a placeholder for the resource, which is no ARN.
	activity := strings.Contains(c.ID, "activities.") && strings.Contains(api.ErrorMessage(), "not a valid resource ARN")
	if activity || strings.Contains(api.ErrorMessage(), asl.UnsupportedCode) {
		return cases.Verdict{Case: c, Result: cases.Refused, Why: api.ErrorMessage()}
	}
	return failed(c, err.Error())
}

func failed(c cases.Case, why string) cases.Verdict {
	return cases.Verdict{Case: c, Result: cases.Failed, Why: why}
}

func judge(c cases.Case, differences []string) cases.Verdict {
	if len(differences) == 0 {
		return cases.Verdict{Case: c, Result: cases.Passed}
	}
	const shown = 6
	more := ""
	if n := len(differences); n > shown {
		differences, more = differences[:shown], fmt.Sprintf("\n    and %d more", n-shown)
	}
	return failed(c, strings.Join(differences, "\n    ")+more)
}
