package jsonpath

import "strings"

func (p *parser) done() bool { return p.at >= len(p.text) }

// peek gives the next byte, or 0 at the end.
func (p *parser) peek() byte {
	if p.done() {
		return 0
	}
	return p.text[p.at]
}

func (p *parser) starts(prefix string) bool { return strings.HasPrefix(p.text[p.at:], prefix) }

// take skips prefix if it comes next.
func (p *parser) take(prefix string) bool {
	if !p.starts(prefix) {
		return false
	}
	p.at += len(prefix)
	return true
}

// blanks skips white space.
func (p *parser) blanks() {
	for p.peek() == ' ' || p.peek() == '\t' || p.peek() == '\r' || p.peek() == '\n' {
		p.at++
	}
}

// expect skips blanks and what has to come next.
func (p *parser) expect(next string) error {
	p.blanks()
	if !p.take(next) {
		return p.fail("%q is missing", next)
	}
	return nil
}

// deeper counts one more level of nesting; shallower undoes it.
func (p *parser) deeper() error {
	if p.nesting++; p.nesting > maxNesting {
		return p.fail("more than %d levels of nesting", maxNesting)
	}
	return nil
}

func (p *parser) shallower() { p.nesting-- }

// quoted reads a string in the quotes that come next, with backslash escapes.
func (p *parser) quoted() (string, error) {
	quote := p.peek()
	var b strings.Builder
	for i := p.at + 1; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == quote:
			p.at = i + 1
			return b.String(), nil
		case c == '\\' && quote == '\'' && strings.HasPrefix(p.text[i+1:], "\""):
			b.WriteByte(c) // recorded: between single quotes \" is two characters
		case c == '\\' && i+1 < len(p.text):
			var size int
			size = unescape(&b, p.text[i+1:])
			i += size
		default:
			b.WriteByte(c)
		}
	}
	return "", p.fail("a string is not closed")
}
