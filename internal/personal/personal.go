// Package personal looks for what was submitted in what was logged: nothing of
// a presentation belongs into a log, nor does an ARN or a submission's id, which
// is the right to read its status.
package personal

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Values are the texts of a presentation that only its readers should see: everything but the track and the country. Texts shorter than 5 letters
// are left out, as an id may contain them by chance.
func Values(presentation string) ([]string, error) {
	var p struct {
		Speaker            struct{ Name, Email, Bio string }
		Title, Description string
	}
	if err := json.Unmarshal([]byte(presentation), &p); err != nil {
		return nil, fmt.Errorf("personal: not a presentation: %w", err)
	}
	var values []string
	for _, text := range []string{p.Speaker.Name, p.Speaker.Email, p.Speaker.Bio, p.Title, p.Description} {
		if len(text) >= 5 {
			values = append(values, text)
		}
	}
	return values, nil
}

// never are the beginnings of what no line holds, whatever was submitted.
var never = []string{"arn:aws"}

// deployed is what stepfunctions says of the state machines of a template
// at its start: whose ARNs they are is no secret.
var deployed = regexp.MustCompile(`msg="state machine (created|updated|unchanged)" arn=\S+:stateMachine:\S+( alias=\S+:stateMachine:\S+)?$`)

// named is what stepfunctions says of executions, by name, and the command that
// it suggests: it is a tool for whoever develops state machines, and on AWS none
// of these lines exists. Embedded in the service it says none of them.
var named = regexp.MustCompile(`msg="\S+/\S+ (SUCCEEDED|FAILED|ABORTED|TIMED_OUT) in |^AWS_ACCESS_KEY_ID=local .* --endpoint-url http://127\.0\.0\.1:\d+ .*$`)

// id matches a word of the form that async.NewID gives to ids.
var id = regexp.MustCompile(`\b[a-z2-7]{26}\b`)

// Find returns the lines of a log that hold one of the values, an ARN or an id.
func Find(log string, values []string) (lines []string) {
	for line := range strings.Lines(log) {
		line = strings.TrimSpace(line)
		shown := named.ReplaceAllString(deployed.ReplaceAllString(line, ""), "")
		if id.MatchString(shown) {
			lines = append(lines, line)
			continue
		}
		for _, value := range append(never, values...) {
			if strings.Contains(shown, value) || strings.Contains(shown, quoted(value)) {
				lines = append(lines, line)
				break
			}
		}
	}
	return lines
}

// quoted is a text as a log in JSON, or slog's text, would have it.
func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // strings always marshal
	}
	return strings.Trim(string(b), `"`)
}
