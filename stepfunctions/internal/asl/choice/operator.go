package choice

import (
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// Kind is what an operator compares with.
type Kind uint8

// The kinds of operands.
const (
	String Kind = iota + 1
	Number
	Boolean
	Timestamp
)

// Operator is a comparison operator.
type Operator struct {
	// Kind is the type of the operand; for the Path form, of what the operand's
	// path should lead to.
	Kind Kind
	// Path reports whether the operand is a path.
	Path  bool
	holds func(variable, operand any) bool
}

// Holds evaluates the operator; for the Path form, operand is what its path
// leads to. Values of the wrong type make a comparison false.
func (o Operator) Holds(variable, operand any) bool { return o.holds(variable, operand) }

// Lookup finds an operator by name. All but StringMatches and the Is...
// operators have a form that ends in Path.
func Lookup(name string) (o Operator, ok bool) {
	if o, ok := test(name); ok {
		return o, true
	}
	base, path := strings.CutSuffix(name, "Path")
	o, ok = relation(base)
	o.Path = path
	return o, ok
}

// test finds the operators without a Path form. IsNull and its like have a
// boolean operand: whether the test has to succeed or to fail.
func test(name string) (Operator, bool) {
	switch name {
	case "StringMatches":
		return Operator{Kind: String, holds: matches}, true
	case "IsNull":
		return is(isNull), true
	case "IsPresent":
		return is(isPresent), true
	case "IsNumeric":
		return is(isNumber), true
	case "IsString":
		return is(isString), true
	case "IsBoolean":
		return is(isBoolean), true
	case "IsTimestamp":
		return is(isTimestamp), true
	}
	return Operator{}, false
}

func is(test func(any) bool) Operator {
	return Operator{Kind: Boolean, holds: func(variable, operand any) bool { return test(variable) == operand }}
}

// relation finds the operators that compare two values of one type.
func relation(name string) (Operator, bool) {
	if name == "BooleanEquals" {
		return Operator{Kind: Boolean, holds: ordered(equalBooleans, equals)}, true
	}
	for _, t := range types() {
		sign, ok := strings.CutPrefix(name, t.prefix)
		fits, known := relations()[sign]
		if ok && known {
			return Operator{Kind: t.kind, holds: ordered(t.compare, fits)}, true
		}
	}
	return Operator{}, false
}

type ordering struct {
	prefix  string
	kind    Kind
	compare comparison
}

func types() []ordering {
	return []ordering{
		{"String", String, orderStrings},
		{"Numeric", Number, value.CompareNumbers},
		{"Timestamp", Timestamp, orderTimestamps},
	}
}

func relations() map[string]func(order int) bool {
	return map[string]func(order int) bool{
		"Equals":            equals,
		"LessThan":          func(order int) bool { return order < 0 },
		"GreaterThan":       func(order int) bool { return order > 0 },
		"LessThanEquals":    func(order int) bool { return order <= 0 },
		"GreaterThanEquals": func(order int) bool { return order >= 0 },
	}
}

func equals(order int) bool { return order == 0 }

func ordered(compare comparison, fits func(order int) bool) func(variable, operand any) bool {
	return func(variable, operand any) bool {
		order, ok := compare(variable, operand)
		return ok && fits(order)
	}
}
