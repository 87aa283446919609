package asl

import (
	"cmp"
	"slices"
	"unicode/utf16"
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
	buckets := 16
	for 4*dynamic > 3*buckets {
		buckets *= 2
	}
	slices.SortStableFunc(members, func(a, b TemplateMember) int {
		return cmp.Compare(rank(a, buckets), rank(b, buckets))
	})
}

// rank is a member's bucket, -1 for one that is no expression.
func rank(m TemplateMember, buckets int) int {
	if m.Value.Expression == nil {
		return -1
	}
	var h uint32
	for _, unit := range utf16.Encode([]rune(m.Name)) {
		h = 31*h + uint32(unit)
	}
	return int((h ^ h>>16) & uint32(buckets-1))
}
