package asl

import "strings"

func (f *fields) rules(name string) []*Rule {
	var out []*Rule
	for i, item := range f.list(name) {
		if r := f.p.rule(item, f.item(name, i)); r != nil {
			out = append(out, r)
		}
	}
	return out
}

func (p *parser) rule(v any, pointer string) *Rule {
	f := p.object(v, pointer)
	if f == nil {
		return nil
	}
	r := &Rule{
		Source: f.source, Pointer: pointer,
		And: f.rules("And"), Or: f.rules("Or"),
		Variable: f.path("Variable"), Next: f.text("Next"), Assign: f.template("Assign"),
	}
	if v, ok := f.source.Get("Not"); ok {
		r.Not = p.rule(v, f.at("Not"))
	}
	f.comparison(r)
	return r
}

// comparison reads the operator: the one member that is none of a rule's
// other fields. Of several the first counts here; having several is Validate's.
func (f *fields) comparison(r *Rule) {
	for _, m := range f.source.Members() {
		if !IsOperator(m.Name) {
			continue
		}
		r.Operator, r.Operand = m.Name, m.Value
		if strings.HasSuffix(m.Name, "Path") {
			r.OperandPath = f.path(m.Name)
		}
		return
	}
}

// IsOperator tells whether a rule's member is a comparison
// (states-language.net, "Choice State").
func IsOperator(name string) bool {
	switch name {
	case "IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp", "StringMatches":
		return true
	}
	name = strings.TrimSuffix(name, "Path")
	for _, kind := range []string{"String", "Numeric", "Timestamp"} {
		switch strings.TrimPrefix(name, kind) {
		case "Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals":
			return strings.HasPrefix(name, kind)
		}
	}
	return name == "BooleanEquals"
}
