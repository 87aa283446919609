package jsonpath

import (
	"encoding/json"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// literal reads a JSON value; strings may be in single quotes.
func (p *parser) literal() (any, error) {
	if p.starts("'") || p.starts("\"") {
		return p.quoted()
	}
	rest := p.text[p.at:]
	d := json.NewDecoder(strings.NewReader(rest))
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil || !ends(rest[d.InputOffset():]) {
		return p.looseList()
	}
	v, err := value.Parse(raw)
	if err != nil {
		return nil, p.fail("%v", err)
	}
	p.at += int(d.InputOffset())
	return v, nil
}

// ends tells whether a literal may end before rest.
func ends(rest string) bool {
	return rest == "" || strings.ContainsRune(" \t\r\n)],&|=<>!~", rune(rest[0]))
}

// looseList reads an array whose strings are in single quotes.
func (p *parser) looseList() (any, error) {
	if !p.take("[") {
		return nil, p.fail("a value is missing")
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	list := []any{}
	for p.blanks(); !p.take("]"); p.blanks() {
		if len(list) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
			p.blanks()
		}
		v, err := p.literal()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// text is how a scalar looks where Jayway compares it as a string.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool, json.Number:
		return value.Text(v), true
	}
	return "", false
}
