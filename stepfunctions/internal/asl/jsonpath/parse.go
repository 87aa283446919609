package jsonpath

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// maxNesting bounds how deep filters and function arguments may be nested, so
// that no text makes the parser exhaust the stack.
const maxNesting = 64

// Parse reads a path. It answers with a *SyntaxError if text is none.
func Parse(text string) (*Path, error) {
	p := &parser{text: text}
	path, err := p.whole()
	if err != nil {
		return nil, err
	}
	return path, nil
}

// parser reads text from left to right.
type parser struct {
	text    string
	at      int
	nesting int
}

func (p *parser) fail(format string, arguments ...any) error {
	return &SyntaxError{Path: p.text, Offset: p.at, Reason: fmt.Sprintf(format, arguments...)}
}

// whole reads a path that fills the text.
func (p *parser) whole() (*Path, error) {
	root, err := p.root()
	if err != nil {
		return nil, err
	}
	steps, err := p.steps()
	if err != nil {
		return nil, err
	}
	if p.blanks(); !p.done() {
		return nil, p.fail("unexpected %q", p.peek())
	}
	return newPath(p.text, root, steps), nil
}

func newPath(text string, root Root, steps []step) *Path {
	path := &Path{text: text, root: root, steps: steps}
	path.classify()
	return path
}

// root reads $, $$ or $name.
func (p *parser) root() (Root, error) {
	if !p.take("$") {
		return Root{}, p.fail("a path has to start with $")
	}
	if p.take("$") {
		return Root{Kind: Context}, nil
	}
	if name := p.identifier(); name != "" {
		return Root{Kind: Variable, Name: name}, nil
	}
	return Root{Kind: Input}, nil
}

// identifier reads the name of a variable: a Unicode identifier
// (states-language.net, "Variables").
func (p *parser) identifier() string {
	start := p.at
	for p.at < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.text[p.at:])
		letter := r == '_' || unicode.IsLetter(r)
		if !letter && (p.at == start || !unicode.In(r, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Pc)) {
			break
		}
		p.at += size
	}
	return p.text[start:p.at]
}

// steps reads as many steps as follow.
func (p *parser) steps() ([]step, error) {
	var steps []step
	for {
		if p.take("..") {
			steps = append(steps, scan{})
		} else if !p.take(".") && !p.starts("[") {
			return steps, nil
		}
		s, err := p.step()
		if err != nil {
			return nil, err
		}
		steps = append(steps, s)
	}
}

// step reads what follows a dot, if there was one: a bracket, *, a name, or a
// function.
func (p *parser) step() (step, error) {
	if p.take("[") {
		return p.bracket()
	}
	if p.take("*") {
		return wildcard{}, nil
	}
	name := p.name()
	switch {
	case name == "":
		return nil, p.fail("a name is missing")
	case p.take("("):
		return p.function(name)
	case p.nesting == 0 && p.starts(" ") && strings.TrimSpace(p.text[p.at:]) != "":
		return nil, p.fail("a name with blanks has to be written in brackets, ['like this']")
	}
	return member{names: []string{name}, quote: "'"}, nil
}

// name reads up to the character that ends a name after a dot. Inside filters
// and arguments, operators end it too.
func (p *parser) name() string {
	ends := ".[]( \t\r\n"
	if p.nesting > 0 {
		ends += ")=<>!~&|,"
	}
	rest := p.text[p.at:]
	if end := strings.IndexAny(rest, ends); end >= 0 {
		rest = rest[:end]
	}
	p.at += len(rest)
	return rest
}

// bracket reads what follows a [, up to its ].
func (p *parser) bracket() (step, error) {
	p.blanks()
	switch c := p.peek(); {
	case c == '\'' || c == '"':
		return p.names()
	case c == '*':
		p.at++
		return wildcard{}, p.expect("]")
	case c == '?':
		p.at++
		return p.filter()
	case c == '-' || c == ':' || isDigit(c):
		return p.numbers()
	}
	return nil, p.fail("one of ' \" * ? : or a number has to follow [")
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// names reads 'a','b'].
func (p *parser) names() (step, error) {
	s := member{quote: p.text[p.at : p.at+1]}
	for {
		p.blanks()
		if !p.starts("'") && !p.starts("\"") {
			return nil, p.fail("a quoted name is missing")
		}
		name, err := p.quoted()
		if err != nil {
			return nil, err
		}
		s.names = append(s.names, name)
		p.blanks()
		if !p.take(",") {
			return s, p.expect("]")
		}
	}
}

// numbers reads 0], 0,1] or 1:3].
func (p *parser) numbers() (step, error) {
	length := strings.IndexByte(p.text[p.at:], ']')
	if length < 0 {
		return nil, p.fail("\"]\" is missing")
	}
	inside := p.text[p.at : p.at+length]
	s, err := p.slice(inside)
	if !strings.Contains(inside, ":") {
		s, err = p.indexes(inside)
	}
	p.at += length + 1
	return s, err
}

func (p *parser) indexes(inside string) (step, error) {
	var s index
	for text := range strings.SplitSeq(inside, ",") {
		at, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return nil, p.fail("%q is no index", text)
		}
		s.at = append(s.at, at)
	}
	return s, nil
}

// slice reads the ends of a slice. Jayway has no step, and wants one end.
func (p *parser) slice(inside string) (step, error) {
	from, to, _ := strings.Cut(inside, ":")
	var s slice
	for text, end := range map[string]**int{from: &s.from, to: &s.to} {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, p.fail("%q is no slice", inside)
		}
		*end = &n
	}
	if s.from == nil && s.to == nil {
		return nil, p.fail("a slice needs a start or an end")
	}
	return s, nil
}

func (p *parser) done() bool { return p.at >= len(p.text) }

// peek returns the next byte, or 0 at the end.
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

// apply visits v and everything below it, in the order of the document, and
// applies the step after the scan wherever that step can match.
func (s scan) apply(v any, after []step, e *evaluation) error {
	if err := e.spend(); err != nil {
		return err
	}
	if err := s.visit(v, after, e); err != nil {
		return err
	}
	return children(v, func(child any) error { return s.apply(child, after, e) })
}

// visit applies the next step to one value. Jayway takes all elements of an
// array there, whatever the step says, unless the step is the path's last.
func (s scan) visit(v any, after []step, e *evaluation) error {
	next, rest := after[0], after[1:]
	if !matches(next, len(rest) == 0, v, e) {
		return nil
	}
	if array, ok := v.([]any); ok && len(rest) > 0 {
		for _, child := range array {
			if err := e.follow(child, rest); err != nil {
				return err
			}
		}
		return nil
	}
	return next.apply(v, rest, e)
}

// matches reports whether it makes sense to apply next to v.
func matches(next step, leaf bool, v any, e *evaluation) bool {
	object, isObject := v.(*value.Object)
	_, isArray := v.([]any)
	switch next := next.(type) {
	case member:
		return isObject && next.within(object, leaf)
	case index, slice:
		return isArray
	case wildcard:
		return isObject || isArray
	case filter:
		return (isObject || isArray) && next.condition.holds(v, e)
	}
	return false
}

// within reports whether the step can find its names in object: all of them if
// it is to merge them, which it does at the end of a path.
func (s member) within(object *value.Object, leaf bool) bool {
	if !s.definite(leaf) {
		return true
	}
	for _, name := range s.names {
		if _, ok := object.Get(name); !ok {
			return false
		}
	}
	return true
}

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
