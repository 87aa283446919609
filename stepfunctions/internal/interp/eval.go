package interp

import (
	"errors"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/intrinsic"
	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// evaluation resolves the paths of one state against one input.
type evaluation struct {
	run   *Run
	scope *scope
	input data
	// output and scratch are what is left of maxTemplate and maxScratch.
	output, scratch int
	// tooLarge gives the failure of a template that gives more than maxTemplate.
	tooLarge func() *failure
}

// maxTemplate bounds what a payload template gives, in bytes of JSON: four
// times what a state can pass on, since a selector or a path may follow that
// takes less of it. maxScratch bounds what the functions in one template make
// on the way there. Both are kept to while the template is filled in: a
// definition of 1 MB has room for fields that together fill any memory.
const (
	maxTemplate = 4 * maxData
	maxScratch  = 64 * maxData
)

func (r *Run) evaluate(s *scope, input data) *evaluation {
	return &evaluation{run: r, scope: s, input: input, output: maxTemplate, scratch: maxScratch, tooLarge: s.tooLargeResult}
}

// undefinedVariable is a reference to a variable that nothing has assigned.
type undefinedVariable struct{ path *jsonpath.Path }

func (e *undefinedVariable) Error() string {
	return "The variable '" + e.path.Root().Name + "' has not been assigned."
}

// errNoPath meets a definition that was run although it did not validate.
var errNoPath = errors.New("there is no JSONPath to follow")

// errAbandoned ends the evaluation of a trial that nobody waits for.
var errAbandoned = errors.New("the trial was abandoned")

// get resolves a path from whatever it starts at.
func (e *evaluation) get(p *jsonpath.Path) (any, error) {
	if p == nil {
		return nil, errNoPath
	}
	if e.run.trial.abandoned() {
		return nil, errAbandoned
	}
	root := p.Root()
	switch root.Kind {
	case jsonpath.Context:
		return p.Get(e.run.context(e.scope))
	case jsonpath.Variable:
		v, ok := e.scope.vars.get(root.Name)
		if !ok {
			return nil, &undefinedVariable{path: p}
		}
		return p.Get(v)
	}
	return p.Get(e.input.v)
}

// field resolves a field that holds a path, as InputPath and OutputPath do:
// what leads nowhere is an invalid path.
func (e *evaluation) field(p *asl.Path) (any, *failure) {
	v, err := e.get(p.JSONPath)
	switch {
	case err == nil && !p.JSONPath.Reference() && !value.Fits(v, maxTemplate):
		// Such a path may give a part of the data many times.
		return nil, e.scope.tooLargeResult()
	case err == nil:
		return v, nil
	}
	var missing *jsonpath.NotFoundError
	if errors.As(err, &missing) {
		return nil, e.scope.broken("%s", missing.Invalid())
	}
	return nil, e.scope.broken("Invalid path '%s' : %s", p.Text, err)
}

// template fills in a payload template.
func (e *evaluation) template(t *asl.Template) (any, *failure) {
	switch {
	case t.Members != nil:
		return e.object(t.Members)
	case t.Items != nil:
		items := make([]any, len(t.Items))
		for i, item := range t.Items {
			v, f := e.template(item)
			if f != nil {
				return nil, f
			}
			items[i] = v
		}
		return items, nil
	}
	return t.Literal, nil
}

func (e *evaluation) object(members []asl.TemplateMember) (any, *failure) {
	out := make([]value.Member, len(members))
	for i, m := range members {
		var v any
		var f *failure
		if m.Value.Expression != nil {
			v, f = e.expression(m.Name+".$", m.Value.Expression)
		} else {
			v, f = e.template(m.Value)
		}
		if f != nil {
			return nil, f
		}
		out[i] = value.Member{Name: m.Name, Value: v}
	}
	return value.NewObject(out...), nil
}

// expression evaluates the path or call that a template's field holds. An
// index past the end of its array gives null there, as it does nowhere else.
func (e *evaluation) expression(field string, x *asl.Expression) (any, *failure) {
	v, err := e.value(x)
	var missing *jsonpath.NotFoundError
	if x.Path != nil && errors.As(err, &missing) && missing.Kind == jsonpath.PastEnd {
		return nil, nil
	}
	if err != nil {
		return nil, e.unresolved(field, err)
	}
	if e.output = value.Left(v, e.output); e.output < 0 {
		return nil, e.tooLarge()
	}
	return v, nil
}

func (e *evaluation) value(x *asl.Expression) (any, error) {
	if x.Call != nil {
		return x.Call.Eval(e)
	}
	return e.get(x.Path)
}

// Resolve and Random are what intrinsic functions need.
func (e *evaluation) Resolve(p *jsonpath.Path) (any, error) { return e.get(p) }

// Random gives the run's next random bits.
func (e *evaluation) Random() uint64 { return e.run.random64() }

// Spend takes what a function has made off what the functions of a template may make.
func (e *evaluation) Spend(made any) bool {
	e.scratch = value.Left(made, e.scratch)
	return e.scratch >= 0
}

func (e *evaluation) unresolved(field string, err error) *failure {
	var argument *intrinsic.MissingError
	if errors.As(err, &argument) {
		return e.scope.broken("%s", argument.Cause(e.input.excerpt()))
	}
	var missing *jsonpath.NotFoundError
	if errors.As(err, &missing) {
		return e.scope.broken("%s", missing.InField(field, e.searched(missing.Path)))
	}
	return e.scope.broken("%s", err)
}

// searched is the text of what a path was looked for in.
func (e *evaluation) searched(p *jsonpath.Path) string {
	if p.Root().Kind == jsonpath.Context {
		return value.Excerpt(e.run.context(e.scope), maxExcerpt)
	}
	return e.input.excerpt()
}
