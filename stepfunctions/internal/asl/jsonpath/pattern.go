package jsonpath

import "regexp"

type pattern struct{ *regexp.Regexp }

// pattern reads /expression/ with flags behind it. It has to match the whole
// input. The expressions are Go's: those of Java that look around or back are
// refused when the path is parsed.
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
