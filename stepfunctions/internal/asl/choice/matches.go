package choice

// matches is StringMatches: * in the pattern stands for any text, \* for an
// asterisk and \\ for a backslash (states-language.net, "Choice State").
func matches(variable, operand any) bool {
	text, ok := variable.(string)
	pattern, patternOK := operand.(string)
	return ok && patternOK && match(text, parts(pattern))
}

// part is a character of a pattern, or a wildcard.
type part struct {
	char byte
	any  bool
}

func parts(pattern string) []part {
	var all []part
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		if c == '\\' && i+1 < len(pattern) && (pattern[i+1] == '*' || pattern[i+1] == '\\') {
			i++
			all = append(all, part{char: pattern[i]})
			continue
		}
		all = append(all, part{char: c, any: c == '*'})
	}
	return all
}

// match tries each wildcard with as little text as possible and comes back to
// the last one only, which is enough, so that no pattern takes more than
// len(text)×len(pattern) steps.
func match(text string, pattern []part) bool {
	at, next := 0, 0
	star, resume := -1, 0
	for at < len(text) {
		switch {
		case next < len(pattern) && pattern[next].any:
			star, resume = next, at
			next++
		case next < len(pattern) && pattern[next].char == text[at]:
			at++
			next++
		case star >= 0:
			resume++
			at, next = resume, star+1
		default:
			return false
		}
	}
	for next < len(pattern) && pattern[next].any {
		next++
	}
	return next == len(pattern)
}
