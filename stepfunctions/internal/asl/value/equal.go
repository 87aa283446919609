package value

import "slices"

// Equal tells whether two values are the same JSON: numbers are compared by
// value, objects without regard to order.
func Equal(a, b any) bool {
	switch x := a.(type) {
	case *Object:
		y, ok := b.(*Object)
		return ok && equalObjects(x, y)
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, Equal)
	case nil, bool, string:
		return equalScalars(a, b)
	}
	order, ok := CompareNumbers(a, b)
	return ok && order == 0
}

func equalObjects(x, y *Object) bool {
	if x.Len() != y.Len() {
		return false
	}
	for _, m := range x.Members() {
		v, ok := y.Get(m.Name)
		if !ok || !Equal(m.Value, v) {
			return false
		}
	}
	return true
}

// equalScalars compares a, which is nil, a bool or a string, with anything.
func equalScalars(a, b any) bool {
	switch b.(type) {
	case nil, bool, string:
		return a == b
	}
	return false
}
