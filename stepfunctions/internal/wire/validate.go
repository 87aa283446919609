package wire

import (
	"context"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
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

// validateStateMachineDefinition speaks for AWS: what only this engine cannot
// run is a warning, which has to be asked for.
func (s *service) validateStateMachineDefinition(_ context.Context, in *validateStateMachineDefinitionInput) (*validateOutput, error) {
	out := &validateOutput{Result: "OK", Diagnostics: []diagnostic{}}
	most := int(optional(in.MaxResults))
	if most == 0 {
		most = maxDiagnostics
	}
	for _, d := range asl.Validate([]byte(*in.Definition), asl.Options{Express: optional(in.Type) == "EXPRESS"}) {
		switch {
		case d.Severity == asl.SeverityError:
			out.Result = "FAIL"
		case optional(in.Severity) != "WARNING":
			continue
		}
		if len(out.Diagnostics) == most {
			out.Truncated = true
			continue
		}
		out.Diagnostics = append(out.Diagnostics, diagnostic{string(d.Severity), d.Code, d.Message, present(d.Location)})
	}
	return out, nil
}
