// Package intrinsic reads and evaluates the intrinsic functions of the states
// language (states-language.net, "Intrinsic Functions" and Appendix B), with
// the limits, roundings and failures that AWS shows.
package intrinsic

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf16"

	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
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

// Looks reports whether text is meant as a call, not as a path.
func Looks(text string) bool { return strings.HasPrefix(strings.TrimSpace(text), "States.") }

// String returns the call as it was written.
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
		return nil, &ArgumentsError{Call: c.text, Function: wrong.Function, Reason: wrong.Reason, Template: wrong.Template}
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

// maxText is the length in UTF-16 units that Base64 and hash functions take
// (AWS documentation, "Intrinsic functions for JSONPath states").
const maxText = 10_000

// maxResult bounds the texts that functions make, in bytes: four times what a
// state can pass on. Without it a call with many arguments fills the memory.
const maxResult = 1 << 20

// input is what a function computes from.
type input struct {
	env    Env
	name   string
	values []any
	// template is the first argument with its escapes, if it is a literal.
	template string
}

func (in input) fail(format string, arguments ...any) error {
	return &ArgumentsError{Function: in.name, Reason: fmt.Sprintf(format, arguments...)}
}

func (in input) array(i int) ([]any, error) {
	array, ok := in.values[i].([]any)
	if !ok {
		return nil, in.fail("argument %d is not an array", i+1)
	}
	return array, nil
}

func (in input) object(i int) (*value.Object, error) {
	object, ok := in.values[i].(*value.Object)
	if !ok {
		return nil, in.fail("argument %d is not an object", i+1)
	}
	return object, nil
}

func (in input) string(i int) (string, error) {
	text, ok := in.values[i].(string)
	if !ok {
		return "", in.fail("argument %d is not a string", i+1)
	}
	return text, nil
}

// bounded is string for the functions that limit its length.
func (in input) bounded(i int) (string, error) {
	text, err := in.string(i)
	if err != nil {
		return "", err
	}
	return text, in.bound(i, text)
}

func (in input) bound(i int, text string) error {
	if len(text) > maxText && len(utf16.Encode([]rune(text))) > maxText {
		return in.fail("argument %d has more than %d characters", i+1, maxText)
	}
	return nil
}

// writable fails for a value whose text is too long to be made, with this much
// of the bound taken already.
func (in input) writable(v any, taken int) error {
	if !value.Fits(v, maxResult-taken) {
		return in.fail("the text is longer than %d bytes", maxResult)
	}
	return nil
}

// whole returns a number without its fraction, as AWS takes indexes, sizes and
// bounds.
func (in input) whole(i int) (int64, error) { return in.integer(i, math.Trunc) }

// rounded returns the nearest whole number, halves towards positive infinity, as
// AWS takes the terms of a sum.
func (in input) rounded(i int) (int64, error) {
	return in.integer(i, func(f float64) float64 { return math.Floor(f + 0.5) })
}

// integer returns a number of 32 bits.
func (in input) integer(i int, round func(float64) float64) (int64, error) {
	f, ok := value.Number(in.values[i])
	if !ok {
		return 0, in.fail("argument %d is not a number", i+1)
	}
	f = round(f)
	if f < math.MinInt32 || f > math.MaxInt32 {
		return 0, in.fail("argument %d is out of the range of 32 bits", i+1)
	}
	return int64(f), nil
}

// SyntaxError says why a text is no call.
type SyntaxError struct {
	Call   string
	Offset int // in bytes
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid intrinsic function call %q: %s at offset %d", e.Call, e.Reason, e.Offset)
}

// MissingError says that the path of an argument leads nowhere.
type MissingError struct {
	Call     *Call
	NotFound *jsonpath.NotFoundError
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("The function '%s' had the following error: %s", e.Call, e.NotFound.Reason)
}

func (e *MissingError) Unwrap() error { return e.NotFound }

// Cause returns the cause as AWS words it; input is the state's input as JSON. It
// names the whole call, and writes a path into the context object as if it
// started at the input.
func (e *MissingError) Cause(input string) string {
	if e.NotFound.Kind == jsonpath.NoArray {
		return e.Error()
	}
	path := e.NotFound.Path.String()
	if e.NotFound.Path.Root().Kind == jsonpath.Context {
		path = strings.TrimPrefix(path, "$")
	}
	return fmt.Sprintf("The function '%s' had the following error: "+
		"The JsonPath argument for the field '%s' could not be found in the input '%s'", e.Call, path, input)
}

// ArgumentsError says that a function cannot take its arguments. Call is the
// whole expression, Function the function that failed. Its text is AWS's, with
// the reason behind it.
type ArgumentsError struct {
	Call     string
	Function string
	Reason   string
	// Template says that it is the template of States.Format that is wrong, for
	// which AWS has other words.
	Template bool
}

func (e *ArgumentsError) Error() string {
	if e.Template {
		return fmt.Sprintf("The function '%s' had the following error: Invalid template in %s: %s.", e.Call, e.Function, e.Reason)
	}
	return fmt.Sprintf("The function '%s' had the following error: Invalid arguments in %s: %s", e.Call, e.Function, e.Reason)
}
