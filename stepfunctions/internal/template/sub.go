package template

import (
	"regexp"
	"strings"
)

// placeholder is a variable: ${x}. In Fn::Sub ${!x} is the text ${x}.
var placeholder = regexp.MustCompile(`\$\{([^{}]+)\}`)

// sub is Fn::Sub of a text, or of a text and its own variables.
func (t *template) sub(argument any) (any, error) {
	pattern, ok := argument.(string)
	var variables map[string]any
	if list, isList := argument.([]any); isList && len(list) == 2 {
		pattern, ok = list[0].(string)
		var mapped bool
		variables, mapped = list[1].(map[string]any)
		ok = ok && mapped
	}
	switch {
	case !ok:
		return nil, wants("Fn::Sub", "a text, or a text and its variables")
	case strings.Contains(pattern, dynamic):
		return nil, onlyOnAWS("a dynamic reference")
	}
	return t.replace(pattern, func(name string) (string, error) {
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			return "${" + literal + "}", nil
		}
		v, err := t.variable(name, variables)
		if err != nil {
			return "", err
		}
		return text(v)
	})
}

func (t *template) variable(name string, variables map[string]any) (any, error) {
	if v, ok := variables[name]; ok {
		return t.evaluate(v)
	}
	if id, attribute, dotted := strings.Cut(name, "."); dotted && !t.isPublished(id, attribute) {
		return t.attribute(id, attribute)
	}
	return t.ref(name)
}

// replace puts values in the places of placeholders, as long as there is work
// left for it.
func (t *template) replace(pattern string, value func(name string) (string, error)) (string, error) {
	var out strings.Builder
	from := 0
	for _, found := range placeholder.FindAllStringSubmatchIndex(pattern, -1) {
		v, err := value(pattern[found[2]:found[3]])
		if err != nil {
			return "", err
		}
		if err := t.spend(len(v)); err != nil {
			return "", err
		}
		out.WriteString(pattern[from:found[0]])
		out.WriteString(v)
		from = found[1]
	}
	out.WriteString(pattern[from:])
	return out.String(), t.spend(len(pattern))
}
