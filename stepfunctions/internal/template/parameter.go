package template

import (
	"fmt"
	"slices"
	"strings"
)

// parameter is the value of one, as Ref gives it: the override, or the
// default; a list for the types that are lists.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
func (t *template) parameter(name string) (any, error) {
	declared, ok := t.parameters[name].(map[string]any)
	kind, isText := declared["Type"].(string)
	if !ok || !isText {
		return nil, fmt.Errorf("parameter %s has no Type", name)
	}
	value, err := t.given(name, kind, declared)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(kind, "List") {
		return value, allowed(name, value, declared["AllowedValues"])
	}
	if err := t.spend(valueWork * strings.Count(value, ",")); err != nil {
		return nil, err
	}
	list := []any{}
	for item := range strings.SplitSeq(value, ",") {
		item = strings.TrimSpace(item)
		if err := allowed(name, item, declared["AllowedValues"]); err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, nil
}

// given is the text that a parameter is given.
func (t *template) given(name, kind string, declared map[string]any) (string, error) {
	if value, ok := t.place.Parameters[name]; ok {
		return value, nil
	}
	// Its default is the name under which a deployment finds the value.
	if strings.HasPrefix(kind, "AWS::SSM::") {
		return "", fmt.Errorf("parameter %s is kept on AWS: it needs -parameter %s=VALUE", name, name)
	}
	value, ok := declared["Default"]
	if !ok {
		return "", fmt.Errorf("parameter %s has no default: it needs -parameter %s=VALUE", name, name)
	}
	out, err := text(value)
	switch {
	case err != nil:
		return "", fmt.Errorf("parameter %s: Default: %w", name, err)
	case strings.Contains(out, dynamic):
		return "", fmt.Errorf("parameter %s is kept on AWS: it needs -parameter %s=VALUE", name, name)
	}
	return out, nil
}

// allowed refuses a value that is not among the AllowedValues, if there are any.
func allowed(name, value string, values any) error {
	list, ok := values.([]any)
	if !ok || slices.ContainsFunc(list, func(v any) bool { s, err := text(v); return err == nil && s == value }) {
		return nil
	}
	return fmt.Errorf("parameter %s: %q is not among its AllowedValues", name, value)
}
