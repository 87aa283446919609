package asl

import (
	"errors"
	"fmt"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// maxDefinition is the longest definition in bytes (AWS quotas: 1 MB).
const maxDefinition = 1 << 20

// maxFindings bounds how many diagnostics are collected, so that no definition
// makes an answer many times its own size.
const maxFindings = 1000

// Options are what validation depends on besides the definition.
type Options struct {
	// Express tells that the state machine is to be of type EXPRESS, which
	// cannot wait for jobs and tokens.
	Express bool
	// Partial tells that the definition was made around a single state: its
	// transitions may lead anywhere.
	Partial bool
}

// Validate gives everything that is wrong with a definition, up to a thousand
// findings, in the order of the text. The rules are those of states-language.net and of AWS's
// ValidateStateMachineDefinition, whose codes, words and locations it uses.
// Rules of one part are checked even if another part is broken; the way through
// the states is checked last, machine by machine.
func Validate(definition []byte, o Options) []Diagnostic {
	switch {
	case strings.TrimSpace(string(definition)) == "":
		return []Diagnostic{schemaError("", "Definition must be a valid JSON object")}
	case len(definition) > maxDefinition:
		return []Diagnostic{schemaError("", fmt.Sprintf("Definition must not be longer than %d bytes", maxDefinition))}
	}
	var duplicates []string
	root, err := value.ParseStrict(definition, func(pointer string) {
		if len(duplicates) < maxFindings {
			duplicates = append(duplicates, pointer)
		}
	})
	var syntax *value.SyntaxError
	if errors.As(err, &syntax) {
		return []Diagnostic{jsonError(string(definition), syntax)}
	}
	object, ok := root.(*value.Object)
	if !ok {
		return []Diagnostic{schemaError("", "Definition must be a valid JSON object")}
	}
	c := &checker{express: o.Express, partial: o.Partial, names: map[string]bool{}, labels: map[string]bool{}}
	for _, pointer := range duplicates {
		c.schema(locate(root, pointer), "Duplicate field")
	}
	c.root(object)
	if c.failed() {
		return c.found
	}
	return append(c.found, unreadable(definition, root)...)
}

func schemaError(at, message string) Diagnostic {
	return Diagnostic{Severity: SeverityError, Code: SchemaCode, Message: message, Location: at}
}

// unreadable gives what Parse objects to, so that nothing passes which cannot
// be run.
func unreadable(definition []byte, root any) []Diagnostic {
	var problems Problems
	_, err := Parse(definition)
	if !errors.As(err, &problems) {
		return nil
	}
	var found []Diagnostic
	for _, p := range problems {
		found = append(found, Diagnostic{Severity: SeverityError, Code: p.Code, Message: p.Message, Location: locate(root, p.Pointer)})
	}
	return found
}

// checker collects diagnostics on its way through a definition.
type checker struct {
	found            []Diagnostic
	express, partial bool
	// machineJSONata is set if the whole state machine is in JSONata, jsonata
	// if the state that is being looked at is.
	machineJSONata, jsonata bool
	names, labels           map[string]bool
}

func (c *checker) add(code, at, message string) {
	c.keep(Diagnostic{Severity: SeverityError, Code: code, Message: message, Location: at})
}

func (c *checker) schema(at, format string, arguments ...any) {
	c.add(SchemaCode, at, fmt.Sprintf(format, arguments...))
}

// unsupported reports what AWS would run and this engine does not.
func (c *checker) unsupported(at, format string, arguments ...any) {
	c.keep(Diagnostic{Severity: SeverityWarning, Code: UnsupportedCode, Message: fmt.Sprintf(format, arguments...), Location: at})
}

func (c *checker) keep(d Diagnostic) {
	if len(c.found) < maxFindings {
		c.found = append(c.found, d)
	}
}

func (c *checker) failed() bool { return len(withSeverity(c.found, SeverityError)) > 0 }
