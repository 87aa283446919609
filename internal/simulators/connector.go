package simulators

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// PollingTrigger is a trigger of a custom connector with the policy template
// pollingtrigger, made from the connector's own two files.
// https://learn.microsoft.com/connectors/custom-connectors/policy-templates
type PollingTrigger struct {
	Platform
	// Base is what the paths of the definition follow, and Key the connection's.
	Base, Key  string
	Recurrence time.Duration

	path, header, parameter string
	expression, data        []string
	limit                   string
	state                   string
	started                 bool
}

// NewPollingTrigger reads an operation of a connector. The error says what the
// policy could not do with the files.
func NewPollingTrigger(definition, properties []byte, operation string) (*PollingTrigger, error) {
	t := &PollingTrigger{limit: "100"}
	if err := t.readDefinition(definition, operation); err != nil {
		return nil, err
	}
	var p struct {
		Properties struct {
			Policies []struct {
				Template   string `json:"templateId"`
				Parameters struct {
					Config     map[string]string `json:"x-ms-apimTemplateParameter.triggerConfig"`
					Data       string            `json:"x-ms-apimTemplateParameter.triggerDataPath"`
					Operations []string          `json:"x-ms-apimTemplate-operationName"`
				} `json:"parameters"`
			} `json:"policyTemplateInstances"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(properties, &p); err != nil {
		return nil, err
	}
	for _, policy := range p.Properties.Policies {
		if policy.Template != "pollingtrigger" || len(policy.Parameters.Operations) != 1 || policy.Parameters.Operations[0] != operation {
			continue
		}
		for name, expression := range policy.Parameters.Config {
			t.parameter, t.expression = name, members(strings.Trim(expression, "@{}"))
		}
		t.data = members(strings.TrimPrefix(policy.Parameters.Data, "@"))
	}
	if t.parameter == "" || t.expression == nil || t.data == nil {
		return nil, fmt.Errorf("no policy pollingtrigger for %s, or no expression of triggerBody() in it", operation)
	}
	return t, nil
}

func (t *PollingTrigger) readDefinition(definition []byte, operation string) error {
	var d struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Trigger     string `json:"x-ms-trigger"`
		} `json:"paths"`
		Security map[string]struct{ In, Name string } `json:"securityDefinitions"`
	}
	if err := json.Unmarshal(definition, &d); err != nil {
		return err
	}
	for path, methods := range d.Paths {
		// The policy is for GET alone.
		if get := methods["get"]; get.OperationID == operation && get.Trigger == "batch" {
			t.path = path
		}
	}
	for _, s := range d.Security {
		if s.In == "header" {
			t.header = s.Name
		}
	}
	if t.path == "" || t.header == "" {
		return fmt.Errorf("no GET %s with x-ms-trigger batch, or no key in a header", operation)
	}
	return nil
}

// members returns the path of an expression such as triggerBody().next.
func members(expression string) []string {
	rest, ok := strings.CutPrefix(expression, "triggerBody().")
	if !ok {
		return nil
	}
	return strings.Split(rest, ".")
}

// Poll polls once, and returns the elements that it starts a run of, one each
// (splitOn), and when to poll again. The first poll only takes the state.
func (t *PollingTrigger) Poll(ctx context.Context) (runs []json.RawMessage, again time.Duration, err error) {
	query := url.Values{"limit": {t.limit}}
	if t.state != "" {
		query.Set(t.parameter, t.state)
	}
	a, err := t.send(ctx, http.MethodGet, t.Base+t.path+"?"+query.Encode(), http.Header{http.CanonicalHeaderKey(t.header): {t.Key}}, nil)
	switch {
	case err != nil:
		return nil, t.Recurrence, err
	case a.Code < 200 || a.Code >= 300:
		return nil, t.Recurrence, fmt.Errorf("the trigger was answered %d", a.Code)
	}
	var state string
	if err := json.Unmarshal(below(a.Body, t.expression), &state); err != nil || state == "" {
		return nil, t.Recurrence, fmt.Errorf("no state at %v in %.80s", t.expression, a.Body)
	}
	if t.started {
		if err := json.Unmarshal(below(a.Body, t.data), &runs); err != nil {
			return nil, t.Recurrence, fmt.Errorf("no list at %v: %w", t.data, err)
		}
	}
	t.state, t.started = state, true
	again = t.Recurrence
	if after, ok := retryAfter(a.Header); ok {
		again = after
	}
	return runs, again, nil
}

// below returns the member of a JSON object at a path.
func below(text []byte, path []string) []byte {
	for _, name := range path {
		var o map[string]json.RawMessage
		if json.Unmarshal(text, &o) != nil {
			return nil
		}
		text = o[name]
	}
	return text
}
