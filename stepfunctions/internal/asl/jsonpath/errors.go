package jsonpath

import "fmt"

// SyntaxError says why a text is no path.
type SyntaxError struct {
	Path   string
	Offset int // in bytes
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid path %q: %s at offset %d", e.Path, e.Reason, e.Offset)
}

// NotFoundKind tells apart what AWS answers differently.
type NotFoundKind uint8

// The ways to lead nowhere.
const (
	// Absent: a member is not there, or its parent is no object.
	Absent NotFoundKind = iota
	// PastEnd: the path ends in an index that its array does not have. In a
	// payload template AWS then gives null; everywhere else it fails.
	PastEnd
	// NoArray: an index or slice was applied to something else.
	NoArray
	// NullRoot: there is no document to look in.
	NullRoot
)

// NotFoundError says that a definite path led nowhere. Its text is Jayway's.
type NotFoundError struct {
	Path   *Path
	Kind   NotFoundKind
	Reason string
}

func (e *NotFoundError) Error() string { return e.Reason }

// Invalid is the cause AWS gives when InputPath, OutputPath and the Path forms
// of numbers lead nowhere.
func (e *NotFoundError) Invalid() string {
	if e.Kind == NullRoot {
		return e.Reason
	}
	return fmt.Sprintf("Invalid path '%s' : %s", e.Path, e.Reason)
}

// InField is the cause AWS gives when a path in a payload template, or in a
// Fail state, leads nowhere; input is JSON.
func (e *NotFoundError) InField(field, input string) string {
	if e.Kind == NullRoot {
		return e.Reason
	}
	return fmt.Sprintf("The JSONPath '%s' specified for the field '%s' could not be found in the input '%s'",
		e.Path, field, input)
}

// EvaluationError says that a path met values its functions cannot work on.
type EvaluationError struct {
	Path   *Path
	Reason string
}

func (e *EvaluationError) Error() string { return e.Reason }

// MatchError says that Set found no place for the value: AWS's
// States.ResultPathMatchFailure. Its text is AWS's.
type MatchError struct {
	Path  *Path
	Input string // JSON
}

func (e *MatchError) Error() string {
	return fmt.Sprintf("Unable to apply ReferencePath %s to input %s", e.Path, e.Input)
}
