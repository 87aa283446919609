// Package choice evaluates the comparisons of Choice states
// (states-language.net, "Data-test expression").
package choice

import (
	"slices"
	"unicode/utf16"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// Missing returns the result of a comparison whose Variable leads nowhere. Only
// IsPresent has one; ok is false for the others, which fail the execution.
func Missing(name string, operand any) (holds, ok bool) {
	return operand == false, name == "IsPresent"
}

// comparison returns the order of two values, if both have the right type.
type comparison func(variable, operand any) (order int, ok bool)

func equalBooleans(variable, operand any) (int, bool) {
	a, aOK := variable.(bool)
	b, bOK := operand.(bool)
	if a == b {
		return 0, aOK && bOK
	}
	return 1, aOK && bOK
}

// orderStrings compares UTF-16 units, as Java does.
func orderStrings(variable, operand any) (int, bool) {
	a, aOK := variable.(string)
	b, bOK := operand.(string)
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b))), aOK && bOK
}

func orderTimestamps(variable, operand any) (int, bool) {
	a, aOK := value.Timestamp(variable)
	b, bOK := value.Timestamp(operand)
	return a.Compare(b), aOK && bOK
}

func isNumber(v any) bool {
	_, ok := value.Number(v)
	return ok
}

func isString(v any) bool {
	_, ok := v.(string)
	return ok
}

func isBoolean(v any) bool {
	_, ok := v.(bool)
	return ok
}

func isTimestamp(v any) bool {
	_, ok := value.Timestamp(v)
	return ok
}

func isNull(v any) bool { return v == nil }

func isPresent(any) bool { return true }
