package choice

import "strings"

// matches is StringMatches: * in the pattern stands for any text, \* for an
// asterisk and \\ for a backslash (states-language.net, "Choice State").
func matches(variable, operand any) bool {
	text, ok := variable.(string)
	pattern, patternOK := operand.(string)
	return ok && patternOK && match(text, literals(pattern))
}

// literals returns the texts between the wildcards of a pattern: one for a
// pattern without wildcards, and one more for each wildcard.
func literals(pattern string) []string {
	var all []string
	var literal strings.Builder
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		switch {
		case c == '\\' && i+1 < len(pattern) && (pattern[i+1] == '*' || pattern[i+1] == '\\'):
			i++
			literal.WriteByte(pattern[i])
		case c == '*':
			all = append(all, literal.String())
			literal.Reset()
		default:
			literal.WriteByte(c)
		}
	}
	return append(all, literal.String())
}

// match reports whether text is the literals with any text between them. Each
// literal between the first and the last is taken where it comes first, which
// leaves the most for those after it. The whole text is gone through once, so
// that a rule takes time in proportion to the text and the pattern.
func match(text string, literals []string) bool {
	first, rest := literals[0], literals[1:]
	if len(rest) == 0 {
		return text == first
	}
	text, ok := strings.CutPrefix(text, first)
	if !ok {
		return false
	}
	last := rest[len(rest)-1]
	if text, ok = strings.CutSuffix(text, last); !ok {
		return false
	}
	for _, literal := range rest[:len(rest)-1] {
		at := find(text, literal)
		if at < 0 {
			return false
		}
		text = text[at+len(literal):]
	}
	return true
}

// find is strings.Index, but takes no more than 2×(at+len(literal)) steps
// whatever the texts are (Knuth, Morris and Pratt 1977): Index compares hashes
// that texts can be made to share.
func find(text, literal string) int {
	if literal == "" {
		return 0
	}
	border := borders(literal)
	matched := 0
	for i := range len(text) {
		for matched > 0 && text[i] != literal[matched] {
			matched = border[matched-1]
		}
		if text[i] == literal[matched] {
			matched++
		}
		if matched == len(literal) {
			return i + 1 - matched
		}
	}
	return -1
}

// borders returns for each beginning of the literal the length of the longest
// proper part that it both starts and ends with.
func borders(literal string) []int {
	border := make([]int, len(literal))
	matched := 0
	for i := 1; i < len(literal); i++ {
		for matched > 0 && literal[i] != literal[matched] {
			matched = border[matched-1]
		}
		if literal[i] == literal[matched] {
			matched++
		}
		border[i] = matched
	}
	return border
}
