// Package intrinsic reads and evaluates the intrinsic functions of the states
// language (states-language.net, "Intrinsic Functions" and Appendix B), with
// the limits, roundings and failures that AWS shows.
package intrinsic

import (
	"errors"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
)

// maxNesting is how deep calls may be nested (AWS documentation, "Intrinsic
// functions for JSONPath states").
const maxNesting = 10

// Env is what a call needs from the state it is evaluated in.
type Env interface {
	// Resolve gives what a path leads to; its *jsonpath.NotFoundError becomes
	// a *MissingError.
	Resolve(p *jsonpath.Path) (any, error)
	// Random gives 64 random bits, for States.UUID and States.MathRandom.
	Random() uint64
	// Spend takes a value that was made on the way to a result off what may be
	// made, and reports whether that much was left.
	Spend(made any) bool
}

// Call is a parsed call. It does not change, and may be used by many
// goroutines at once.
type Call struct {
	text      string
	function  function
	arguments []argument
}

// argument is one of a call, a path or a value.
type argument struct {
	call  *Call
	path  *jsonpath.Path
	value any
	// template is a string literal that keeps the escapes of braces, which
	// mean something to States.Format.
	template string
}

// Looks tells whether text is meant as a call, not as a path.
func Looks(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), "States.") }

// String gives the call as it was written.
func (c *Call) String() string { return c.text }

// Eval computes the call. It fails with a *MissingError for a path that leads
// nowhere and with a *ArgumentsError for values the function cannot take; AWS
// reports both as States.Runtime, with the error's text as cause.
func (c *Call) Eval(env Env) (any, error) {
	v, err := c.eval(env)
	var missing *jsonpath.NotFoundError
	var wrong *ArgumentsError
	switch {
	case errors.As(err, &missing):
		return nil, &MissingError{Call: c, NotFound: missing}
	case errors.As(err, &wrong):
		return nil, &ArgumentsError{Call: c.text, Function: wrong.Function, Reason: wrong.Reason}
	}
	return v, err
}

func (c *Call) eval(env Env) (any, error) {
	in := input{env: env, name: c.function.name, values: make([]any, len(c.arguments))}
	for i, a := range c.arguments {
		var err error
		if in.values[i], err = a.eval(env); err != nil {
			return nil, err
		}
		if a.makes() && !env.Spend(in.values[i]) {
			return nil, in.fail("what is made of the arguments is too large")
		}
	}
	if n := len(in.values); n < c.function.min || n > c.function.max {
		return nil, in.fail("the number of arguments is wrong")
	}
	if c.function.template {
		in.template = c.arguments[0].template
	}
	return c.function.compute(in)
}

// makes reports whether the argument is a value of its own, and not a part of
// one that is there already.
func (a argument) makes() bool { return a.call != nil || a.path != nil && !a.path.Reference() }

func (a argument) eval(env Env) (any, error) {
	switch {
	case a.call != nil:
		return a.call.eval(env)
	case a.path != nil:
		return env.Resolve(a.path)
	}
	return a.value, nil
}
