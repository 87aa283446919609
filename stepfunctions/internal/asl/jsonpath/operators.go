package jsonpath

import (
	"encoding/json"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

type operator struct {
	text  string
	holds func(left, right operandValue) bool
}

// operators are those of Jayway's JsonPath, longer ones before their prefixes.
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
