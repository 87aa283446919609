package jsonpath

import (
	"strconv"
	"strings"
)

// unescape writes what the escape after a backslash means and gives its length
// in bytes. As in Jayway, an unknown escape stands for its own character.
func unescape(b *strings.Builder, escape string) int {
	switch escape[0] {
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'u':
		return unescapeUnit(b, escape)
	default:
		b.WriteByte(escape[0])
	}
	return 1
}

// unescapeUnit writes the character of a uXXXX escape.
func unescapeUnit(b *strings.Builder, escape string) int {
	const size = len("uXXXX")
	if len(escape) >= size {
		if unit, err := strconv.ParseUint(escape[1:size], 16, 16); err == nil {
			b.WriteRune(rune(unit))
			return size
		}
	}
	b.WriteByte('u')
	return 1
}
