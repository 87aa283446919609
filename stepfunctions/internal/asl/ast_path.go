package asl

import (
	"example.org/asynchttpapi/stepfunctions/internal/asl/intrinsic"
	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
)

// Path is a field that holds a JSONPath or null.
type Path struct {
	Text string
	// Null is set where null was written: "take nothing" or "drop the result".
	Null bool
	// JSONPath is the parsed Text; nil for null.
	JSONPath *jsonpath.Path
}

// Expression is a JSONPath or an intrinsic function's call.
type Expression struct {
	Text string
	// Path is set for a JSONPath, Call for a function's call.
	Path *jsonpath.Path
	Call *intrinsic.Call
}

// Template is a payload template: JSON in which a member whose name ends in
// ".$" stands for what its value, an Expression, yields.
type Template struct {
	// Literal is the value of a part without expressions.
	Literal any
	// Expression is set for a part that is one.
	Expression *Expression
	// Members are set for an object with expressions somewhere inside, in the
	// order in which the service writes them: see memberOrder.
	Members []TemplateMember
	// Items are set for an array with expressions somewhere inside.
	Items []*Template
}

// TemplateMember is one member of an object in a template; of an expression
// the name is without ".$".
type TemplateMember struct {
	Name  string
	Value *Template
}
