package asl

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/intrinsic"
	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// path reads a field that holds a JSONPath or null.
func (f *fields) path(name string) *Path {
	v, ok := f.source.Get(name)
	if !ok {
		return nil
	}
	if v == nil {
		return &Path{Null: true}
	}
	s, ok := v.(string)
	if !ok {
		f.wrong(name, "String")
		return nil
	}
	return &Path{Text: s, JSONPath: f.jsonPath(name, s)}
}

// jsonPath parses text, nil with a problem where it is no path; what JSONata
// would evaluate is left alone, since it is rejected for its own reason.
func (f *fields) jsonPath(name, text string) *jsonpath.Path {
	if isJSONata(text) {
		return nil
	}
	path, err := jsonpath.Parse(text)
	if err != nil {
		f.p.report(f.at(name), "Value is not a valid JSONPath: "+err.Error())
		return nil
	}
	return path
}

func (f *fields) expression(name string) *Expression {
	s := f.optionalText(name)
	if s == nil {
		return nil
	}
	if !intrinsic.Looks(*s) {
		return &Expression{Text: *s, Path: f.jsonPath(name, *s)}
	}
	call, err := intrinsic.Parse(*s)
	if err != nil {
		f.p.report(f.at(name), "Value is not a valid intrinsic function call: "+err.Error())
	}
	return &Expression{Text: *s, Call: call}
}

// template reads a payload template (states-language.net, "Payload Template").
func (f *fields) template(name string) *Template {
	v, ok := f.source.Get(name)
	if !ok {
		return nil
	}
	return f.p.template(v, f.at(name))
}

func (p *parser) template(v any, pointer string) *Template {
	switch t := v.(type) {
	case *value.Object:
		return p.objectTemplate(t, pointer)
	case []any:
		return p.arrayTemplate(t, pointer)
	}
	return &Template{Literal: v}
}

func (p *parser) objectTemplate(o *value.Object, pointer string) *Template {
	f := &fields{p: p, source: o, pointer: pointer}
	t, plain := &Template{Members: []TemplateMember{}}, true
	for _, m := range o.Members() {
		if name, ok := strings.CutSuffix(m.Name, ".$"); ok {
			t.Members = append(t.Members, TemplateMember{Name: name, Value: &Template{Expression: f.expression(m.Name)}})
			plain = false
			continue
		}
		part := p.template(m.Value, f.at(m.Name))
		plain = plain && part.plain()
		t.Members = append(t.Members, TemplateMember{Name: m.Name, Value: part})
	}
	if plain {
		return &Template{Literal: o}
	}
	memberOrder(t.Members)
	return t
}

func (p *parser) arrayTemplate(items []any, pointer string) *Template {
	t, plain := &Template{}, true
	for i, item := range items {
		part := p.template(item, pointer+"/"+strconv.Itoa(i))
		plain = plain && part.plain()
		t.Items = append(t.Items, part)
	}
	if plain {
		return &Template{Literal: items}
	}
	return t
}

func (t *Template) plain() bool {
	return t.Expression == nil && t.Members == nil && t.Items == nil
}

// memberOrder puts the members of a template's object into the order that the
// service's outputs have: first what is no expression, as written, then the
// expressions in the order in which Java's HashMap lists their names. The
// order shows wherever an output is handled as text: recorded executions have
// it, and States.JsonToString makes it part of a string.
func memberOrder(members []TemplateMember) {
	dynamic := 0
	for _, m := range members {
		if m.Value.Expression != nil {
			dynamic++
		}
	}
	slices.SortStableFunc(members, func(a, b TemplateMember) int {
		return cmp.Compare(rank(a, dynamic), rank(b, dynamic))
	})
}

// rank returns a member's bucket, -1 for one that is no expression.
func rank(m TemplateMember, dynamic int) int {
	if m.Value.Expression == nil {
		return -1
	}
	return value.JavaBucket(value.JavaHash(m.Name), dynamic)
}

// Print writes the definition as compact JSON, every member in the place it
// was read from: Parse of it gives the same tree.
func Print(m *Machine) []byte { return value.Append(nil, m.Source) }
