package value

import (
	"cmp"
	"encoding/json"
	"math"
	"strconv"
)

// Number reads a decoded JSON number as a float64, the precision that the
// states language promises (states-language.net, "Data"). ok is false for
// anything that is not a number.
func Number(v any) (f float64, ok bool) {
	switch n := v.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(n.String(), 64)
		return f, err == nil || math.IsInf(f, 0)
	case float64:
		return n, true
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	}
	return 0, false
}

// Integer reads a decoded JSON number that is written without fraction or
// exponent and fits into 64 bits.
func Integer(v any) (i int64, ok bool) {
	switch n := v.(type) {
	case json.Number:
		i, err := strconv.ParseInt(n.String(), 10, 64)
		return i, err == nil
	case int:
		return int64(n), true
	case int64:
		return n, true
	}
	return 0, false
}

// CompareNumbers orders two decoded JSON numbers: whole numbers of 64 bits
// exactly, all others as doubles. ok is false if either is not a number.
func CompareNumbers(a, b any) (order int, ok bool) {
	i, aWhole := Integer(a)
	j, bWhole := Integer(b)
	if aWhole && bWhole {
		return cmp.Compare(i, j), true
	}
	f, aOK := Number(a)
	g, bOK := Number(b)
	return cmp.Compare(f, g), aOK && bOK
}

// FromFloat is the JSON number for f, without a fraction where f is whole.
func FromFloat(f float64) json.Number {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return json.Number(strconv.FormatInt(int64(f), 10))
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
}

// FromInt is the JSON number for i.
func FromInt(i int64) json.Number { return json.Number(strconv.FormatInt(i, 10)) }
