package asl

import "example.org/asynchttpapi/stepfunctions/internal/asl/choice"

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
		operator, ok := choice.Lookup(m.Name)
		if !ok {
			continue
		}
		r.Operator, r.Comparison, r.Operand = m.Name, operator, m.Value
		if operator.Path {
			r.OperandPath = f.path(m.Name)
		}
		return
	}
}
