package jsonpath

import (
	"strconv"
	"strings"
)

// step is one part of a path.
type step interface {
	// definite tells whether the step leads to one value at most; leaf, whether
	// it is the path's last.
	definite(leaf bool) bool
	// reference tells whether a Reference Path may have the step.
	reference() bool
	// fragment is the step as Jayway writes it.
	fragment() string
	// apply hands every value that the step leads to, from v, to the steps
	// after it.
	apply(v any, after []step, e *evaluation) error
}

// member is .name, ['name'] or ['a','b'].
type member struct {
	names []string
	quote string
}

func (s member) definite(leaf bool) bool { return leaf || len(s.names) == 1 }
func (s member) reference() bool         { return len(s.names) == 1 }
func (s member) fragment() string {
	return "[" + s.quote + strings.Join(s.names, s.quote+","+s.quote) + s.quote + "]"
}

// index is [0], [-1] or [0,2].
type index struct{ at []int }

func (s index) definite(bool) bool { return len(s.at) == 1 }
func (s index) reference() bool    { return len(s.at) == 1 && s.at[0] >= 0 }
func (s index) fragment() string {
	texts := make([]string, len(s.at))
	for i, at := range s.at {
		texts[i] = strconv.Itoa(at)
	}
	return "[" + strings.Join(texts, ",") + "]"
}

// slice is [1:3], [1:] or [:3]; a missing end is nil.
type slice struct{ from, to *int }

func (s slice) definite(bool) bool { return false }
func (s slice) reference() bool    { return false }
func (s slice) fragment() string   { return "[" + optional(s.from) + ":" + optional(s.to) + "]" }

func optional(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// wildcard is .* or [*].
type wildcard struct{}

func (wildcard) definite(bool) bool { return false }
func (wildcard) reference() bool    { return false }
func (wildcard) fragment() string   { return "[*]" }

// scan is the .. before another step.
type scan struct{}

func (scan) definite(bool) bool { return false }
func (scan) reference() bool    { return false }
func (scan) fragment() string   { return ".." }

// filter is [?(condition)].
type filter struct{ condition condition }

func (filter) definite(bool) bool { return false }
func (filter) reference() bool    { return false }
func (filter) fragment() string   { return "[?]" }

// function is .length() and its like.
type function struct {
	name      string
	compute   func(e *evaluation, v any, arguments []any) (any, error)
	arguments []argument
}

// argument of a function is a path or a value.
type argument struct {
	path  *Path
	value any
}

func (function) definite(bool) bool { return true }
func (function) reference() bool    { return false }
func (s function) fragment() string { return "." + s.name + "()" }
