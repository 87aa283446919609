package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// source is where a definition comes from.
type source struct {
	property string
	value    any
	// substitutions are those that SAM makes of intrinsic functions.
	substitutions map[string]string
}

// definition returns the definition as JSON, wherever it stands, with its
// substitutions.
func (t *template) definition(r resource) (property, definition string, unfilled []string, err error) {
	from, err := t.source(r)
	if err != nil {
		return from.property, "", nil, err
	}
	written, err := t.written(from.property, from.value)
	if err != nil {
		return from.property, "", nil, fmt.Errorf("%s: %w", from.property, err)
	}
	values, err := t.substitutions(r)
	if err != nil {
		return from.property, "", nil, fmt.Errorf("DefinitionSubstitutions: %w", err)
	}
	maps.Copy(values, from.substitutions)
	filled, unfilled, err := t.substitute(written, values)
	if err == nil {
		definition, err = t.asJSON(filled)
	}
	if err != nil {
		if t.file != "" {
			err = fmt.Errorf("%s: %w", t.file, err)
		}
		return from.property, "", nil, fmt.Errorf("%s: %w", from.property, err)
	}
	return from.property, definition, unfilled, nil
}

// substitute puts values in the places of placeholders until there are none left
// that it has values for: a value may have placeholders itself. unfilled are
// those that it has no values for.
// https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-stepfunctions (DefinitionProcessor)
func (t *template) substitute(written string, values map[string]string) (filled string, unfilled []string, err error) {
	for range len(values) + 1 {
		left, made := map[string]bool{}, false
		filled, err = t.replace(written, func(name string) (string, error) {
			if v, ok := values[name]; ok {
				made = true
				return v, nil
			}
			left[name] = true
			return "${" + name + "}", nil
		})
		if err != nil || !made {
			return filled, slices.Sorted(maps.Keys(left)), err
		}
		written = filled
	}
	return "", nil, errors.New("DefinitionSubstitutions refer to each other")
}

// source returns the one property that has the definition.
func (t *template) source(r resource) (found source, err error) {
	all := layouts[r.kind].definition
	for _, property := range all {
		s, there, err := t.sourceIn(r, property)
		switch {
		case err != nil:
			return s, err
		case there && found.property != "":
			return found, fmt.Errorf("it has both %s and %s", found.property, property)
		case there:
			found = s
		}
	}
	if found.property == "" {
		return found, fmt.Errorf("it has no %s", strings.Join(all, " or "))
	}
	return found, nil
}

func (t *template) sourceIn(r resource, property string) (s source, there bool, err error) {
	s = source{property: property}
	written, isMapping := r.properties[property].(map[string]any)
	if _, _, isFunction := function(written); r.kind != samMachine || property != "Definition" || !isMapping || isFunction {
		s.value, there, err = t.value(r, property)
		return s, there, err
	}
	in := inline{t, map[string]string{}}
	if s.value, err = in.value(written); err != nil {
		return s, false, fmt.Errorf("%s: %w", property, err)
	}
	s.substitutions = in.substitutions
	return s, true, nil
}

// substitutions returns the texts that DefinitionSubstitutions gives.
func (t *template) substitutions(r resource) (map[string]string, error) {
	out := map[string]string{}
	v, err := t.evaluate(r.properties["DefinitionSubstitutions"])
	if err != nil || v == nil || v == any(noValue{}) {
		return out, err
	}
	values, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("it is not a mapping")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if out[name], err = text(values[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out, nil
}

// written returns the definition before its substitutions: an object or a text in
// the template, or a file beside it.
func (t *template) written(property string, v any) (string, error) {
	_, isObject := v.(map[string]any)
	switch property {
	case "Definition":
		if !isObject {
			return "", errors.New("it is not a mapping")
		}
		return marshal(v)
	case "DefinitionString":
		return text(v)
	}
	path, err := text(v)
	if isObject || strings.HasPrefix(path, "s3://") {
		return "", onlyOnAWS("the definition in S3")
	}
	if err != nil {
		return "", err
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(t.dir, path)
	}
	t.place.reading(path)
	out, err := readFile(path)
	t.file = path
	return string(out), err
}

// asJSON turns a definition that is written in YAML into JSON. JSON stays as it
// is; what is neither is judged as YAML where its file says so, else by how it
// begins.
// https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-stepfunctions (DefinitionProcessor)
func (t *template) asJSON(definition string) (string, error) {
	if json.Valid([]byte(definition)) {
		return definition, nil
	}
	r := &reader{ordered: true, warn: t.warn}
	v, err := r.read([]byte(definition))
	if err == nil {
		return string(value.Append(nil, v)), nil
	}
	if extension := strings.ToLower(filepath.Ext(t.file)); extension == ".yaml" || extension == ".yml" {
		return "", err
	}
	syntax := (*value.SyntaxError)(nil)
	if _, wrong := value.Parse([]byte(definition)); strings.HasPrefix(strings.TrimSpace(definition), "{") && errors.As(wrong, &syntax) {
		before := definition[:min(syntax.Offset, len(definition))]
		line := strings.Count(before, "\n") + 1
		column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
		return "", fmt.Errorf("line %d, column %d: it is not JSON: %s", line, column, syntax.Reason)
	}
	return "", err
}

// marshal writes JSON that people may read: without escapes for HTML.
func marshal(v any) (string, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return strings.TrimSuffix(out.String(), "\n"), err
}

// inline is a definition within a SAM template. SAM puts a substitution in the
// place of every intrinsic function, so that what it gives is a text, even
// where it is a number, and is not substituted in again.
type inline struct {
	*template
	substitutions map[string]string
}

func (in inline) value(v any) (any, error) {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			var err error
			if out[i], err = in.value(item); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		if _, _, ok := function(v); ok {
			return in.substitution(v)
		}
		return members(v, in.value)
	}
	return in.evaluate(v)
}

func (in inline) substitution(v any) (any, error) {
	evaluated, err := in.evaluate(v)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("definition_substitution_%d", len(in.substitutions)+1)
	in.substitutions[name], err = text(evaluated)
	return "${" + name + "}", err
}
