// Package nearest finds the name that a misspelled one may mean.
package nearest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// To returns the one of names that is written most like name, "" where none
// differs in so little that it may be meant.
func To(name string, names []string) string {
	found, least := "", 2+len(name)/5
	for _, other := range names {
		d := distance([]rune(strings.ToLower(name)), []rune(strings.ToLower(other)))
		if d < min(least, len(name)) && other != name {
			found, least = other, d
		}
	}
	return found
}

// Meant asks whether the name was meant, to be added to a message; "" for no name.
func Meant(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", name)
}

// MeantIn asks whether the key was meant that is written most like name.
func MeantIn[V any](name string, keys map[string]V) string {
	return Meant(To(name, slices.Sorted(maps.Keys(keys))))
}

// distance counts the characters to be inserted, left out, replaced or swapped
// with their neighbor to make one text of the other.
func distance(a, b []rune) int {
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
