package jsonpath

import "strings"

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
	v, err := p.literal()
	return operand{value: v}, err
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
