package asl

import "strings"

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

// String is the problem as CreateStateMachine words it.
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
