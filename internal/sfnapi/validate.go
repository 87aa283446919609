package sfnapi

import (
	"context"

	"asynchttpapi/internal/asl"
)

type diagnostic struct {
	Severity string  `json:"severity"`
	Code     string  `json:"code"`
	Message  string  `json:"message"`
	Location *string `json:"location,omitempty"`
}

type validateOutput struct {
	Result      string       `json:"result"`
	Diagnostics []diagnostic `json:"diagnostics"`
	Truncated   bool         `json:"truncated"`
}

// maxDiagnostics is how many diagnostics are told when the caller sets no bound.
const maxDiagnostics = 100

func (s *service) validateStateMachineDefinition(_ context.Context, in *validateStateMachineDefinitionInput) (*validateOutput, error) {
	out := &validateOutput{Result: "OK", Diagnostics: []diagnostic{}}
	most := int(optional(in.MaxResults))
	if most == 0 {
		most = maxDiagnostics
	}
	for _, d := range diagnose(*in.Definition, optional(in.Type)) {
		if d.Severity == "ERROR" {
			out.Result = "FAIL"
		} else if optional(in.Severity) != "WARNING" {
			continue
		}
		if out.Truncated = len(out.Diagnostics) == most; out.Truncated {
			break
		}
		out.Diagnostics = append(out.Diagnostics, d)
	}
	return out, nil
}

func diagnose(definition, kind string) []diagnostic {
	var out []diagnostic
	for _, d := range asl.Validate([]byte(definition), asl.Options{Express: kind == "EXPRESS"}) {
		out = append(out, diagnostic{string(d.Severity), d.Code, d.Message, present(d.Location)})
	}
	return out
}
