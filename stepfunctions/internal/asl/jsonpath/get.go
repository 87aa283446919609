package jsonpath

import (
	"errors"
	"fmt"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// Get returns what the path leads to in root. A definite path that leads nowhere
// is a *NotFoundError; an indefinite one then gives an empty list, as AWS does
// even where Jayway itself would object to a missing parent. The result shares
// memory with root: treat both as read-only.
func (p *Path) Get(root any) (any, error) {
	if p.reference {
		if v, ok := p.lookup(root); ok {
			return v, nil
		}
	}
	if root == nil && !p.Whole() && p.definite {
		return nil, &NotFoundError{Path: p, Kind: NullRoot, Reason: "Unable to apply Path transformation to null or empty input."}
	}
	v, err := p.evaluate(root, root, false, new(int))
	var missing *NotFoundError
	if !p.definite && errors.As(err, &missing) {
		return []any{}, nil
	}
	return v, err
}

// lookup returns the short way for Reference Paths, which nearly all paths are.
func (p *Path) lookup(v any) (any, bool) {
	for _, s := range p.steps {
		var ok bool
		switch s := s.(type) {
		case member:
			object, _ := v.(*value.Object)
			v, ok = object.Get(s.names[0])
		case index:
			v, ok = element(v, s.at[0])
		}
		if !ok {
			return nil, false
		}
	}
	return v, true
}

// element returns the array element at i; a negative i counts from the end.
func element(v any, i int) (any, bool) {
	array, _ := v.([]any)
	if i < 0 {
		i += len(array)
	}
	if i < 0 || i >= len(array) {
		return nil, false
	}
	return array[i], true
}

// evaluation is one run of a path over a document.
type evaluation struct {
	path *Path
	root any
	out  []any
	// strict makes indefinite paths report missing members, as Jayway does when
	// a filter asks whether something exists.
	strict bool
	// steps counts what the path and the paths in its filters have done.
	steps *int
}

// maxSteps bounds the work of one path. Several scans in a row, or a scan in a
// filter behind another, need steps as a power of the document's size; no other
// path comes near the bound with a document as large as the service allows.
const maxSteps = 4 << 20

// spend counts a step.
func (e *evaluation) spend() error {
	*e.steps++
	return e.exhausted()
}

func (e *evaluation) exhausted() error {
	if *e.steps > maxSteps {
		return &EvaluationError{Path: e.path, Reason: fmt.Sprintf("The path '%s' takes more than %d steps", e.path, maxSteps)}
	}
	return nil
}

// evaluate runs the path from current; root is what $ means in its filters.
func (p *Path) evaluate(root, current any, strict bool, steps *int) (any, error) {
	e := evaluation{path: p, root: root, strict: strict, steps: steps}
	if err := e.follow(current, p.steps); err != nil {
		return nil, err
	}
	// A filter whose path gave up does not hold, which is no result either.
	if err := e.exhausted(); err != nil {
		return nil, err
	}
	if !p.definite {
		return append([]any{}, e.out...), nil
	}
	if len(e.out) == 0 {
		return nil, e.nothing()
	}
	return e.out[len(e.out)-1], nil
}

// follow applies the first of steps to v, or keeps v when there are none left.
func (e *evaluation) follow(v any, steps []step) error {
	if err := e.spend(); err != nil {
		return err
	}
	if len(steps) == 0 {
		e.out = append(e.out, v)
		return nil
	}
	return steps[0].apply(v, steps[1:], e)
}

// depth returns the number of steps before the one that has after behind it.
func (e *evaluation) depth(after []step) int { return len(e.path.steps) - len(after) - 1 }

// certain reports whether every step before the one that has after behind it is
// definite: only then is a value of the wrong kind worth an error.
func (e *evaluation) certain(after []step) bool {
	for _, s := range e.path.steps[:e.depth(after)] {
		if !s.definite(false) {
			return false
		}
	}
	return true
}

// rest writes the step that has after behind it, and after: what Jayway names
// in some messages.
func (e *evaluation) rest(after []step) string {
	return e.path.canonical(len(e.path.steps))[len(e.path.canonical(e.depth(after))):]
}

// missing returns the error that the first n steps lead nowhere.
func (e *evaluation) missing(format string, n int) *NotFoundError {
	return e.notFound(fmt.Sprintf(format, e.path.canonical(n)))
}

// nothing returns the error that all steps of a definite path could be taken but one
// that has no result.
func (e *evaluation) nothing() error {
	err := e.missing("No results for path: %s", len(e.path.steps))
	if _, ok := e.path.steps[len(e.path.steps)-1].(index); ok {
		err.Kind = PastEnd
	}
	return err
}

func (e *evaluation) notFound(reason string) *NotFoundError {
	return &NotFoundError{Path: e.path, Reason: reason}
}

// SyntaxError says why a text is no path.
type SyntaxError struct {
	Path   string
	Offset int // in bytes
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid path %q: %s at offset %d", e.Path, e.Reason, e.Offset)
}

// NotFoundKind distinguishes what AWS answers differently.
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

// Invalid returns the cause AWS gives when InputPath, OutputPath and the Path forms
// of numbers lead nowhere.
func (e *NotFoundError) Invalid() string {
	if e.Kind == NullRoot {
		return e.Reason
	}
	return fmt.Sprintf("Invalid path '%s' : %s", e.Path, e.Reason)
}

// InField returns the cause AWS gives when a path in a payload template, or in a
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
