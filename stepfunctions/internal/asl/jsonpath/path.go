// Package jsonpath reads and evaluates the paths of the states language:
// JSONPath as AWS Step Functions understands it, which is the dialect of
// Jayway's JsonPath library for Java, with three roots: the state's input ($),
// the context object ($$) and workflow variables ($name).
//
// No Go library has that dialect: what it gives for a path with nothing there,
// its comparisons and functions and the wording of its errors show in the
// results and causes of executions. So it is written here.
package jsonpath

import (
	"encoding/json"
	"strconv"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// RootKind says what a path starts from.
type RootKind uint8

// The roots a path may have.
const (
	Input    RootKind = iota // $
	Context                  // $$
	Variable                 // $name
)

// Root is what a path starts from; Name is the workflow variable's name.
type Root struct {
	Kind RootKind
	Name string
}

// Path is a parsed path. It does not change, and may be used by many
// goroutines at once.
type Path struct {
	text  string
	root  Root
	steps []step
	// Facts about the path that evaluation asks for every time.
	definite, reference bool
}

// String returns the path as it was written.
func (p *Path) String() string { return p.text }

// Root returns which value Get and Set have to be given.
func (p *Path) Root() Root { return p.root }

// Definite reports whether the path can lead to one value at most. An indefinite
// path (wildcard, slice, union, filter, deep scan) gives a list, maybe empty.
func (p *Path) Definite() bool { return p.definite }

// Reference reports whether the path is a Reference Path: one that names a single
// place by member names and array indexes alone
// (states-language.net, "Reference Paths").
func (p *Path) Reference() bool { return p.reference }

// Whole reports whether the path is its root alone.
func (p *Path) Whole() bool { return len(p.steps) == 0 }

// canonical writes the first n steps the way Jayway does in its messages:
// $['a'][0].
func (p *Path) canonical(n int) string {
	var b strings.Builder
	b.WriteByte('$')
	for _, s := range p.steps[:n] {
		b.WriteString(s.fragment())
	}
	return b.String()
}

// classify computes the facts that do not depend on a document.
func (p *Path) classify() {
	p.definite, p.reference = true, true
	for i, s := range p.steps {
		leaf := i == len(p.steps)-1
		p.definite = p.definite && s.definite(leaf)
		p.reference = p.reference && s.reference()
	}
}

// step is one part of a path.
type step interface {
	// definite reports whether the step leads to one value at most; leaf, whether
	// it is the path's last.
	definite(leaf bool) bool
	// reference reports whether a Reference Path may have the step.
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

// literal reads a JSON value; strings may be in single quotes.
func (p *parser) literal() (any, error) {
	if p.starts("'") || p.starts("\"") {
		return p.quoted()
	}
	rest := p.text[p.at:]
	d := json.NewDecoder(strings.NewReader(rest))
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil || !ends(rest[d.InputOffset():]) {
		return p.looseList()
	}
	v, err := value.Parse(raw)
	if err != nil {
		return nil, p.fail("%v", err)
	}
	p.at += int(d.InputOffset())
	return v, nil
}

// ends reports whether a literal may end before rest.
func ends(rest string) bool {
	return rest == "" || strings.ContainsRune(" \t\r\n)],&|=<>!~", rune(rest[0]))
}

// looseList reads an array whose strings are in single quotes.
func (p *parser) looseList() (any, error) {
	if !p.take("[") {
		return nil, p.fail("a value is missing")
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	list := []any{}
	for p.blanks(); !p.take("]"); p.blanks() {
		if len(list) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
			p.blanks()
		}
		v, err := p.literal()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// text returns how a scalar looks where Jayway compares it as a string.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool, json.Number:
		return value.Text(v), true
	}
	return "", false
}

type operator struct {
	text  string
	holds func(left, right operandValue) bool
}

// operators returns the operators of Jayway's JsonPath, longer ones before their prefixes.
func operators() []operator {
	return []operator{
		{"===", identical},
		{"!==", negated(identical)},
		{"==", equal},
		{"!=", negated(equal)},
		{"=~", matching},
		{"<=", ordered(func(order int) bool { return order <= 0 })},
		{">=", ordered(func(order int) bool { return order >= 0 })},
		{"<", ordered(func(order int) bool { return order < 0 })},
		{">", ordered(func(order int) bool { return order > 0 })},
		{"in ", in},
		{"nin ", negated(in)},
		{"subsetof ", subsetOf},
		{"contains ", contains},
		{"all ", containsAll},
		{"size ", sized},
		{"empty ", empty},
	}
}

func negated(holds func(left, right operandValue) bool) func(left, right operandValue) bool {
	return func(left, right operandValue) bool { return !holds(left, right) }
}

// equal compares by value; a string equals a number that reads the same.
// Nothing equals what is not there.
func equal(left, right operandValue) bool {
	return left.defined && right.defined && same(left.value, right.value)
}

func same(a, b any) bool {
	s, aText := a.(string)
	t, bText := b.(string)
	n, aNumber := a.(json.Number)
	m, bNumber := b.(json.Number)
	switch {
	case aNumber && bText:
		order, ok := value.CompareNumbers(n, json.Number(t))
		return ok && order == 0
	case aText && bNumber:
		return s == m.String()
	}
	return value.Equal(a, b)
}

// identical is equal for values of the same kind.
func identical(left, right operandValue) bool {
	_, leftText := left.value.(string)
	_, rightText := right.value.(string)
	return leftText == rightText && equal(left, right)
}

// ordered compares two numbers or two strings.
func ordered(fits func(order int) bool) func(left, right operandValue) bool {
	return func(left, right operandValue) bool {
		s, leftText := left.value.(string)
		t, rightText := right.value.(string)
		if leftText && rightText {
			return fits(strings.Compare(s, t))
		}
		order, ok := value.CompareNumbers(left.value, right.value)
		return ok && fits(order)
	}
}

func matching(left, right operandValue) bool {
	if left.pattern != nil {
		left, right = right, left
	}
	if right.pattern == nil || left.pattern != nil {
		return false
	}
	input, _ := text(left.value)
	return right.pattern.MatchString(input)
}

func in(left, right operandValue) bool {
	list, ok := right.value.([]any)
	return ok && left.defined && holdsElement(list, left.value)
}

func holdsElement(list []any, v any) bool {
	for _, element := range list {
		if same(v, element) {
			return true
		}
	}
	return false
}

func contains(left, right operandValue) bool {
	s, leftText := left.value.(string)
	t, rightText := right.value.(string)
	if leftText && rightText {
		return strings.Contains(s, t)
	}
	list, ok := left.value.([]any)
	return ok && right.defined && holdsElement(list, right.value)
}

func containsAll(left, right operandValue) bool { return subsetOf(right, left) }

func subsetOf(left, right operandValue) bool {
	part, ok := left.value.([]any)
	whole, wholeOK := right.value.([]any)
	if !ok || !wholeOK {
		return false
	}
	for _, v := range part {
		if !holdsElement(whole, v) {
			return false
		}
	}
	return true
}

func sized(left, right operandValue) bool {
	want, ok := value.Integer(right.value)
	size, sizable := sizeOf(left.value)
	return ok && sizable && int64(size) == want
}

func empty(left, right operandValue) bool {
	want, ok := right.value.(bool)
	size, sizable := sizeOf(left.value)
	return ok && sizable && (size == 0) == want
}

func sizeOf(v any) (int, bool) {
	switch v := v.(type) {
	case string:
		return len([]rune(v)), true
	case []any:
		return len(v), true
	case *value.Object:
		return v.Len(), true
	}
	return 0, false
}
