package intrinsic

import (
	"fmt"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// Parse reads a call. It answers with a *SyntaxError if text is none.
func Parse(text string) (*Call, error) {
	p := &parser{text: text}
	p.blanks()
	c, err := p.call(1)
	if err != nil {
		return nil, err
	}
	if p.blanks(); p.at < len(text) {
		return nil, p.fail("unexpected text after the call")
	}
	c.text = text
	return c, nil
}

type parser struct {
	text string
	at   int
}

func (p *parser) fail(format string, arguments ...any) error {
	return &SyntaxError{Call: p.text, Offset: p.at, Reason: fmt.Sprintf(format, arguments...)}
}

func (p *parser) blanks() {
	p.at = len(p.text) - len(strings.TrimLeft(p.text[p.at:], " \t\r\n"))
}

func (p *parser) starts(prefix string) bool { return strings.HasPrefix(p.text[p.at:], prefix) }

func (p *parser) take(prefix string) bool {
	if !p.starts(prefix) {
		return false
	}
	p.at += len(prefix)
	return true
}

// call reads Name(arguments) at a level of nesting.
func (p *parser) call(level int) (*Call, error) {
	if level > maxNesting {
		return nil, p.fail("calls are nested more than %d deep", maxNesting)
	}
	start := p.at
	open := strings.IndexByte(p.text[p.at:], '(')
	if open < 0 {
		return nil, p.fail("\"(\" is missing")
	}
	f, ok := lookup(p.text[start : start+open])
	if !ok {
		return nil, p.fail("there is no function %q", p.text[start:start+open])
	}
	p.at = start + open + 1
	arguments, err := p.arguments(level)
	if err != nil {
		return nil, err
	}
	return &Call{text: p.text[start:p.at], function: f, arguments: arguments}, nil
}

// arguments reads as far as the closing parenthesis.
func (p *parser) arguments(level int) ([]argument, error) {
	var all []argument
	if p.blanks(); p.take(")") {
		return nil, nil
	}
	for {
		a, err := p.argument(level)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
		p.blanks()
		switch {
		case p.take(")"):
			return all, nil
		case !p.take(","):
			return nil, p.fail("\",\" or \")\" is missing")
		}
	}
}

func (p *parser) argument(level int) (argument, error) {
	p.blanks()
	switch {
	case p.starts("'"):
		return p.string()
	case p.starts("$"):
		return p.path()
	case p.starts("States."):
		c, err := p.call(level + 1)
		return argument{call: c}, err
	}
	return p.scalar()
}

// scalar reads a number, true, false or null.
func (p *parser) scalar() (argument, error) {
	word := p.text[p.at:]
	if end := strings.IndexAny(word, ",) \t\r\n"); end >= 0 {
		word = word[:end]
	}
	v, err := value.Parse([]byte(word))
	if err != nil || strings.HasPrefix(word, "\"") || strings.HasPrefix(word, "[") || strings.HasPrefix(word, "{") {
		return argument{}, p.fail("%q is no argument", word)
	}
	p.at += len(word)
	return argument{value: v}, nil
}

// path reads a path, which ends at a comma or parenthesis that is not inside
// its own brackets, parentheses or quotes.
func (p *parser) path() (argument, error) {
	end, err := p.pathEnd()
	if err != nil {
		return argument{}, err
	}
	path, err := jsonpath.Parse(strings.TrimSpace(p.text[p.at:end]))
	if err != nil {
		return argument{}, p.fail("%v", err)
	}
	p.at = end
	return argument{path: path}, nil
}

func (p *parser) pathEnd() (int, error) {
	depth, quote := 0, byte(0)
	for i := p.at; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case quote != 0 && c == '\\':
			i++
		case c == quote:
			quote = 0
		case quote != 0:
		case c == '\'' || c == '"':
			quote = c
		case c == '[' || c == '(':
			depth++
		case depth == 0 && (c == ',' || c == ')'):
			return i, nil
		case c == ']' || c == ')':
			depth--
		}
	}
	return 0, p.fail("\")\" is missing")
}
