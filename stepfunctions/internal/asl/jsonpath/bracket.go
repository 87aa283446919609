package jsonpath

import (
	"strconv"
	"strings"
)

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
