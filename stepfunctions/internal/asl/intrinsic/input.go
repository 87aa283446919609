package intrinsic

import (
	"fmt"
	"math"
	"unicode/utf16"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

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

// whole gives a number without its fraction, as AWS takes indexes, sizes and
// bounds.
func (in input) whole(i int) (int64, error) { return in.integer(i, math.Trunc) }

// rounded gives the nearest whole number, halves towards positive infinity, as
// AWS takes the terms of a sum.
func (in input) rounded(i int) (int64, error) {
	return in.integer(i, func(f float64) float64 { return math.Floor(f + 0.5) })
}

// integer gives a number of 32 bits.
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
