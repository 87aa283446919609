package asl

import (
	"strconv"
	"strings"
)

// maxReasons is how many diagnostics AWS's ValidateStateMachineDefinition gives.
const maxReasons = 100

// Severity is how bad a diagnostic is.
type Severity string

const (
	// SeverityError is for what AWS rejects.
	SeverityError Severity = "ERROR"
	// SeverityWarning is for what AWS takes but this engine cannot run: it is
	// rejected at creation, while validation, which answers as AWS does, lets it pass.
	SeverityWarning Severity = "WARNING"
)

// Diagnostic codes besides SchemaCode. All but UnsupportedCode are AWS's.
const (
	InvalidJSONCode      = "INVALID_JSON_DESCRIPTION"
	MissingTargetCode    = "MISSING_TRANSITION_TARGET"
	MissingEndCode       = "MISSING_END_STATE"
	DuplicateNameCode    = "DUPLICATE_STATE_NAME"
	InvalidNameCode      = "INVALID_STATE_NAME"
	DuplicateLabelCode   = "DUPLICATE_LABEL_NAME"
	InvalidLabelCode     = "INVALID_LABEL_NAME"
	InvalidVariableCode  = "INVALID_VARIABLE_NAME"
	ReservedVariableCode = "RESERVED_VARIABLE_NAME"
	UnsupportedCode      = "UNSUPPORTED_BY_LOCAL_ENGINE"
)

// Diagnostic is one finding of Validate, in the terms of AWS's
// ValidateStateMachineDefinition.
type Diagnostic struct {
	Severity Severity
	Code     string
	Message  string
	// Location is AWS's form of a place: /States/Name/Catch[0]/Next. It is empty
	// where a finding is about no place in particular.
	Location string
}

// String returns the diagnostic as CreateStateMachine words it.
func (d Diagnostic) String() string {
	at := d.Location
	if at == "" {
		at = "null"
	}
	return d.Code + ": " + d.Message + " at " + at
}

// ErrorMessage returns the message of AWS's InvalidDefinition error for a definition with
// these diagnostics, and "" for one that may be created. What only this engine
// objects to is named once there is nothing left that AWS would reject. Of very
// many reasons it has the first hundred, as many as AWS lists.
func ErrorMessage(diagnostics []Diagnostic) string {
	texts := withSeverity(diagnostics, SeverityError)
	if len(texts) == 0 {
		texts = withSeverity(diagnostics, SeverityWarning)
	}
	if len(texts) == 0 {
		return ""
	}
	if more := len(texts) - maxReasons; more > 0 {
		texts = append(texts[:maxReasons], "and "+strconv.Itoa(more)+" more")
	}
	return "Invalid State Machine Definition: '" + strings.Join(texts, ", ") + "'"
}

func withSeverity(diagnostics []Diagnostic, severity Severity) []string {
	var texts []string
	for _, d := range diagnostics {
		if d.Severity == severity {
			texts = append(texts, d.String())
		}
	}
	return texts
}

// Problem is one thing wrong with a definition.
type Problem struct {
	// Code is the service's diagnostic code, for instance SCHEMA_VALIDATION_FAILED.
	Code string
	// Pointer is the JSON pointer (RFC 6901) of the place.
	Pointer string
	Message string
}

// SchemaCode is the diagnostic code of a definition whose shape is wrong.
const SchemaCode = "SCHEMA_VALIDATION_FAILED"

// String returns the problem as CreateStateMachine words it.
func (p Problem) String() string {
	at := p.Pointer
	if at == "" {
		at = "/"
	}
	return p.Code + ": " + p.Message + " at " + at
}

// Problems is everything wrong with a definition, in the order of the text.
type Problems []Problem

func (p Problems) Error() string {
	texts := make([]string, len(p))
	for i, problem := range p {
		texts[i] = problem.String()
	}
	return strings.Join(texts, ", ")
}
