package interp

import (
	"errors"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// How data goes through a state:
// input → InputPath → Parameters → the work → ResultSelector → ResultPath → OutputPath → output.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html

// selected applies InputPath to the state's input.
func (r *Run) selected(s *scope) (data, *failure) {
	in, f := r.through(s, s.state.InputPath, s.input)
	if f == nil {
		r.trial.note("afterInputPath", in)
	}
	return in, f
}

// effective applies InputPath and Parameters to the state's input.
func (r *Run) effective(s *scope) (data, *failure) {
	in, f := r.selected(s)
	if f == nil && s.state.Parameters != nil {
		in.raw = nil
		e := r.evaluate(s, in)
		if s.state.Type == asl.Task {
			e.tooLarge = s.tooLargeParameters
		}
		in.v, f = e.template(s.state.Parameters)
	}
	if f == nil {
		r.trial.note("afterParameters", in)
	}
	return in, f
}

// through applies InputPath or OutputPath: absent or $ keeps the value as it
// is, null makes it {}.
func (r *Run) through(s *scope, p *asl.Path, d data) (data, *failure) {
	switch {
	case p == nil || p.Text == "$":
		return d, nil
	case p.Null:
		return data{v: value.NewObject()}, nil
	}
	v, f := r.evaluate(s, d).field(p)
	return data{v: v}, f
}

// combined applies ResultSelector to a result and puts it where ResultPath says.
func (r *Run) combined(s *scope, result data) (data, *failure) {
	if t := s.state.ResultSelector; t != nil {
		v, f := r.evaluate(s, result).template(t)
		if f != nil {
			return data{}, f
		}
		result = data{v: v}
	}
	r.trial.note("afterResultSelector", result)
	out, f := s.placed(s.state.ResultPath, result)
	if f == nil {
		r.trial.note("afterResultPath", out)
	}
	return out, f
}

// placed puts a result into the state's input at a ResultPath: absent or $
// replaces the input, null keeps it as it is.
func (s *scope) placed(p *asl.Path, result data) (data, *failure) {
	switch {
	case p == nil || p.Text == "$":
		return result, nil
	case p.Null:
		return s.input, nil
	}
	if p.JSONPath == nil {
		return data{}, s.broken("%s", errNoPath)
	}
	v, err := p.JSONPath.Set(s.input.v, result.v)
	if err == nil {
		return data{v: v}, nil
	}
	var mismatch *jsonpath.MatchError
	if errors.As(err, &mismatch) {
		return data{}, &failure{name: resultPathError, cause: mismatch.Error()}
	}
	return data{}, s.broken("%s", err)
}

// conclude takes the result of a state's work through the rest of the
// pipeline and leaves the state.
func (r *Run) conclude(s *scope, result data) {
	out, f := r.combined(s, result)
	if f == nil {
		out, f = r.through(s, s.state.OutputPath, out)
	}
	if f != nil {
		r.fail(s, *f)
		return
	}
	r.leave(s, out, exit{assign: s.state.Assign, from: result, next: s.state.Next})
}
