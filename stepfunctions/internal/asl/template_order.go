package asl

import (
	"cmp"
	"slices"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// memberOrder puts the members of a template's object into the order that the
// service's outputs have: first what is no expression, as written, then the
// expressions in the order in which Java's HashMap lists their names. The
// order shows wherever an output is handled as text: recorded executions have
// it, and States.JsonToString makes it part of a string.
func memberOrder(members []TemplateMember) {
	dynamic := 0
	for _, m := range members {
		if m.Value.Expression != nil {
			dynamic++
		}
	}
	slices.SortStableFunc(members, func(a, b TemplateMember) int {
		return cmp.Compare(rank(a, dynamic), rank(b, dynamic))
	})
}

// rank is a member's bucket, -1 for one that is no expression.
func rank(m TemplateMember, dynamic int) int {
	if m.Value.Expression == nil {
		return -1
	}
	return value.JavaBucket(value.JavaHash(m.Name), dynamic)
}
