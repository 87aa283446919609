package jsonpath

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// condition is the inside of a filter.
type condition interface {
	// holds reports whether current (@) fits in the evaluation that meets it.
	holds(current any, e *evaluation) bool
}

type allOf []condition

func (c allOf) holds(current any, e *evaluation) bool {
	for _, each := range c {
		if !each.holds(current, e) {
			return false
		}
	}
	return true
}

type anyOf []condition

func (c anyOf) holds(current any, e *evaluation) bool {
	for _, each := range c {
		if each.holds(current, e) {
			return true
		}
	}
	return false
}

type not struct{ condition }

func (c not) holds(current any, e *evaluation) bool { return !c.condition.holds(current, e) }

// exists is a path alone: something, even null, is there.
type exists struct{ operand operand }

func (c exists) holds(current any, e *evaluation) bool {
	_, err := c.operand.path.evaluate(e.root, c.operand.start(current, e.root), true, e.steps)
	return err == nil
}

// comparison is left operator right.
type comparison struct {
	left, right operand
	compare     func(left, right operandValue) bool
}

func (c comparison) holds(current any, e *evaluation) bool {
	return c.compare(c.left.get(current, e), c.right.get(current, e))
}

// operand is a path, a literal or a regular expression.
type operand struct {
	path     *Path
	absolute bool // the path starts at $, not at @
	value    any
	pattern  *pattern
}

// operandValue is what an operand stands for; defined is false for a path that
// leads nowhere.
type operandValue struct {
	value   any
	defined bool
	pattern *pattern
}

func (o operand) start(current, root any) any {
	if o.absolute {
		return root
	}
	return current
}

func (o operand) get(current any, e *evaluation) operandValue {
	if o.path == nil {
		return operandValue{value: o.value, defined: true, pattern: o.pattern}
	}
	v, err := o.path.evaluate(e.root, o.start(current, e.root), false, e.steps)
	return operandValue{value: v, defined: err == nil}
}

// filter reads (condition)] after [?.
func (p *parser) filter() (step, error) {
	p.blanks()
	if !p.starts("(") {
		return nil, p.fail("a filter has to be written as [?(...)]")
	}
	c, err := p.group()
	if err != nil {
		return nil, err
	}
	return filter{condition: c}, p.expect("]")
}

// group reads a condition in parentheses.
func (p *parser) group() (condition, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	p.at++
	c, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	return c, p.expect(")")
}

func (p *parser) disjunction() (condition, error) {
	all, err := p.chain("||", p.conjunction)
	if len(all) == 1 {
		return all[0], err
	}
	return anyOf(all), err
}

func (p *parser) conjunction() (condition, error) {
	all, err := p.chain("&&", p.term)
	if len(all) == 1 {
		return all[0], err
	}
	return allOf(all), err
}

// chain reads one or more parts with an operator between them.
func (p *parser) chain(operator string, part func() (condition, error)) ([]condition, error) {
	var all []condition
	for {
		c, err := part()
		if err != nil {
			return nil, err
		}
		all = append(all, c)
		if p.blanks(); !p.take(operator) {
			return all, nil
		}
	}
}

// term reads a negation, a group, a comparison or a lone path.
func (p *parser) term() (condition, error) {
	p.blanks()
	switch {
	case p.take("!"):
		return p.negation()
	case p.starts("("):
		return p.group()
	}
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	compare := p.operator()
	switch {
	case compare == nil && left.path != nil:
		return exists{operand: left}, nil
	case compare == nil:
		return nil, p.fail("an operator is missing")
	}
	right, err := p.operand()
	return comparison{left: left, right: right, compare: compare}, err
}

func (p *parser) negation() (condition, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	c, err := p.term()
	return not{c}, err
}

// operator reads an operator, if one comes next. Words may be in capitals.
func (p *parser) operator() func(left, right operandValue) bool {
	p.blanks()
	for _, o := range operators() {
		end := p.at + len(o.text)
		if end > len(p.text) || !strings.EqualFold(p.text[p.at:end], o.text) {
			continue
		}
		p.at = end
		return o.holds
	}
	return nil
}

// operand reads one side of a comparison.
func (p *parser) operand() (operand, error) {
	p.blanks()
	switch p.peek() {
	case '$', '@':
		absolute := p.starts("$")
		path, err := p.inner()
		return operand{path: path, absolute: absolute}, err
	case '/':
		re, err := p.pattern()
		return operand{pattern: re}, err
	}
	if word := p.word(); word != "" {
		return operand{value: word}, nil
	}
	v, err := p.literal()
	return operand{value: v}, err
}

// word reads a word without quotes, which means the string: AWS takes
// [?(@.category==home)], as in its samples. null, true and false are literals.
func (p *parser) word() string {
	rest := p.text[p.at:]
	end := strings.IndexFunc(rest, func(r rune) bool {
		return r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	if end < 0 {
		end = len(rest)
	}
	word := rest[:end]
	if first, _ := utf8.DecodeRuneInString(word); !unicode.IsLetter(first) && first != '_' ||
		!ends(rest[end:]) || word == "null" || word == "true" || word == "false" {
		return ""
	}
	p.at += end
	return word
}

// inner reads a path inside a filter or an argument list, from $ or @.
func (p *parser) inner() (*Path, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	start := p.at
	p.at++
	steps, err := p.steps()
	if err != nil {
		return nil, err
	}
	return newPath(p.text[start:p.at], Root{}, steps), nil
}

type pattern struct{ *regexp.Regexp }

// pattern reads /expression/ with flags behind it. It has to match the whole
// input. The expressions are Go's: those of Java that look around or back are
// rejected when the path is parsed.
func (p *parser) pattern() (*pattern, error) {
	for i := p.at + 1; i < len(p.text); i++ {
		switch p.text[i] {
		case '\\':
			i++
		case '/':
			expression := p.text[p.at+1 : i]
			p.at = i + 1
			return p.compile(expression)
		}
	}
	return nil, p.fail("a regular expression is not closed")
}

func (p *parser) compile(expression string) (*pattern, error) {
	flags := ""
	if p.take("i") {
		flags = "(?i)"
	}
	re, err := regexp.Compile(flags + "^(?:" + expression + ")$")
	if err != nil {
		return nil, p.fail("%v", err)
	}
	return &pattern{re}, nil
}
