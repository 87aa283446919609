package asl

import "example.org/asynchttpapi/stepfunctions/internal/asl/value"

// Parse reads a definition. Its error is a *value.SyntaxError for a text that
// is not JSON, and Problems, all of them, for one of the wrong shape. With
// Problems about an object there still is a Machine, of everything that could
// be read, so that further checks can tell what else is wrong; it must not run.
//
// Parse looks at shapes only: whether fields have the right types and paths
// can be read. Which fields a state needs, and may have, is Validate's.
func Parse(src []byte) (*Machine, error) {
	p := &parser{}
	v, err := value.ParseStrict(src, func(pointer string) {
		p.report(pointer, "Duplicate field")
	})
	if err != nil {
		return nil, err
	}
	m := p.machine(v, "")
	if len(p.problems) > 0 {
		return m, p.problems
	}
	return m, nil
}

type parser struct{ problems Problems }

func (p *parser) report(pointer, message string) {
	p.problems = append(p.problems, Problem{Code: SchemaCode, Pointer: pointer, Message: message})
}

// fields reads the members of one object; each read of a member that is there
// but has another type is a problem.
type fields struct {
	p       *parser
	source  *value.Object
	pointer string
}

// object opens v for reading, nil with a problem where v is no object.
func (p *parser) object(v any, pointer string) *fields {
	o, ok := v.(*value.Object)
	if !ok {
		p.report(pointer, "Expected value of type Object")
		return nil
	}
	return &fields{p: p, source: o, pointer: pointer}
}

func (f *fields) at(name string) string { return f.pointer + "/" + value.PointerStep(name) }

func (f *fields) wrong(name, kind string) {
	f.p.report(f.at(name), "Expected value of type "+kind)
}

func (f *fields) text(name string) string {
	if s := f.optionalText(name); s != nil {
		return *s
	}
	return ""
}

func (f *fields) optionalText(name string) *string {
	v, ok := f.source.Get(name)
	if !ok {
		return nil
	}
	s, ok := v.(string)
	if !ok {
		f.wrong(name, "String")
		return nil
	}
	return &s
}

func (f *fields) boolean(name string) bool {
	v, ok := f.source.Get(name)
	if !ok {
		return false
	}
	b, ok := v.(bool)
	if !ok {
		f.wrong(name, "Boolean")
	}
	return b
}

func (f *fields) list(name string) []any {
	v, ok := f.source.Get(name)
	if !ok {
		return nil
	}
	items, ok := v.([]any)
	if !ok {
		f.wrong(name, "Array")
	}
	return items
}

func (f *fields) texts(name string) []string {
	items := f.list(name)
	if items == nil {
		return nil
	}
	out := make([]string, 0, len(items))
	for _, item := range items {
		s, ok := item.(string)
		if !ok {
			f.wrong(name, "Array of Strings")
			return nil
		}
		out = append(out, s)
	}
	return out
}
