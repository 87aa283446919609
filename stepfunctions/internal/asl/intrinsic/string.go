package intrinsic

import "strings"

// string reads a literal in single quotes. A backslash may stand before
// ' { } and itself, and nowhere else (states-language.net, "Intrinsic
// Functions"); AWS refuses a definition that has it elsewhere.
func (p *parser) string() (argument, error) {
	var plain, template strings.Builder
	for i := p.at + 1; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '\'':
			p.at = i + 1
			return argument{value: plain.String(), template: template.String()}, nil
		case c != '\\':
			plain.WriteByte(c)
			template.WriteByte(c)
		case i+1 < len(p.text) && strings.IndexByte(`'{}\`, p.text[i+1]) >= 0:
			i++
			plain.WriteByte(p.text[i])
			if p.text[i] != '\'' {
				template.WriteByte('\\')
			}
			template.WriteByte(p.text[i])
		default:
			p.at = i
			return argument{}, p.fail(`a backslash may only stand before ', {, } or \`)
		}
	}
	return argument{}, p.fail("a string is not closed")
}
