package asl

import (
	"math"
	"slices"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// allErrors is the name that matches every error.
const allErrors = "States.ALL"

// maxDelay bounds MaxDelaySeconds: a year (AWS documentation, "Handling errors").
const maxDelay = 31_622_400

func retrier(c *checker, at string, v any) {
	o := c.object(at, v, []field{
		{"Comment", text},
		{"ErrorEquals", list(text)},
		{"IntervalSeconds", integer(0, maxSeconds)},
		{"MaxAttempts", integer(0, maxSeconds)},
		{"BackoffRate", number(1, math.MaxFloat64)},
		{"MaxDelaySeconds", integer(1, maxDelay)},
		{"JitterStrategy", oneOf("NONE", "FULL")},
	})
	if o == nil {
		return
	}
	c.required(at, o, "ErrorEquals")
	delay, ok := value.Integer(get(o, "MaxDelaySeconds"))
	if interval, written := value.Integer(get(o, "IntervalSeconds")); written && ok && delay > 0 && delay <= interval {
		c.schema(member(at, "MaxDelaySeconds"), "MaxDelaySeconds must be greater than IntervalSeconds")
	}
}

func catcher(c *checker, at string, v any) {
	o := c.object(at, v, []field{
		{"Comment", text},
		{"ErrorEquals", list(text)},
		{"Next", text},
		{"ResultPath", resultPath},
		{"Output", template},
		{"Assign", assign},
	})
	if o == nil {
		return
	}
	c.required(at, o, "ErrorEquals", "Next")
	c.foreign(at, o)
}

// get gives a member or nil.
func get(o *value.Object, name string) any {
	v, _ := o.Get(name)
	return v
}

// catchAllLast checks that States.ALL stands alone, in the last entry of Retry
// and of Catch.
func (c *checker) catchAllLast(at string, o *value.Object) {
	for _, name := range []string{"Retry", "Catch"} {
		entries, _ := get(o, name).([]any)
		for i, entry := range entries {
			e, _ := entry.(*value.Object)
			names, _ := get(e, "ErrorEquals").([]any)
			if place := slices.Index(names, any(allErrors)); place >= 0 && (len(names) > 1 || i < len(entries)-1) {
				list := member(element(member(at, name), i), "ErrorEquals")
				c.schema(element(list, place), "States.ALL must appear alone and at end of list")
			}
		}
	}
}
