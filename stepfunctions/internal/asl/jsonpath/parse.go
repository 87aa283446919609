package jsonpath

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
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
