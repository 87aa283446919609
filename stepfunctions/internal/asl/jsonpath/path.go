// Package jsonpath reads and evaluates the paths of the states language:
// JSONPath as AWS Step Functions understands it, which is the dialect of
// Jayway's JsonPath library for Java, with three roots: the state's input ($),
// the context object ($$) and workflow variables ($name).
//
// No Go library has that dialect: what it gives for a path with nothing there,
// its comparisons and functions and the wording of its errors show in the
// results and causes of executions. So it is written here.
package jsonpath

import "strings"

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

// String gives the path as it was written.
func (p *Path) String() string { return p.text }

// Root tells what value Get and Set have to be given.
func (p *Path) Root() Root { return p.root }

// Definite tells whether the path can lead to one value at most. An indefinite
// path (wildcard, slice, union, filter, deep scan) gives a list, maybe empty.
func (p *Path) Definite() bool { return p.definite }

// Reference tells whether the path is a Reference Path: one that names a single
// place by member names and array indexes alone
// (states-language.net, "Reference Paths").
func (p *Path) Reference() bool { return p.reference }

// Whole tells whether the path is its root alone.
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
