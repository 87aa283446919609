package template

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// call is an intrinsic function of an argument that is not evaluated yet.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
func (t *template) call(name string, argument any) (any, error) {
	switch name {
	case "Ref":
		return t.refArgument(argument)
	case "Fn::GetAtt":
		return t.getAtt(argument)
	case "Fn::Sub":
		return t.sub(argument)
	case "Fn::If":
		return t.choose(argument)
	}
	of, ok := map[string]func([]any) (any, error){
		"Fn::Join": t.join, "Fn::Split": t.split, "Fn::Select": pick, "Fn::FindInMap": t.find,
	}[name]
	if !ok {
		return nil, unknown(name)
	}
	evaluated, err := t.evaluate(argument)
	if err != nil {
		return nil, err
	}
	list, ok := evaluated.([]any)
	if !ok {
		return nil, wants(name, "a list")
	}
	return of(list)
}

// deployed are the functions that a deployment alone can answer.
var deployed = []string{
	"Fn::Base64", "Fn::Cidr", "Fn::GetAZs", "Fn::ImportValue", "Fn::Length", "Fn::ToJsonString", "Fn::Transform",
}

func unknown(name string) error {
	if slices.Contains(deployed, name) || strings.HasPrefix(name, "Fn::ForEach::") {
		return onlyOnAWS(name)
	}
	return fmt.Errorf("there is no function %s", name)
}

func wants(name, what string) error { return fmt.Errorf("%s wants %s", name, what) }

func (t *template) join(arguments []any) (any, error) {
	if len(arguments) == 2 {
		by, err := text(arguments[0])
		list, ok := arguments[1].([]any)
		if ok && err == nil {
			return t.joined(by, list)
		}
	}
	return nil, wants("Fn::Join", "a separator and a list")
}

func (t *template) joined(by string, list []any) (any, error) {
	texts, err := textsOf(list)
	if err != nil {
		return nil, err
	}
	work := len(by) * len(texts)
	for _, s := range texts {
		work += len(s)
	}
	if err := t.spend(work); err != nil {
		return nil, err
	}
	return strings.Join(texts, by), nil
}

func textsOf(list []any) ([]string, error) {
	texts := make([]string, len(list))
	for i, item := range list {
		var err error
		if texts[i], err = text(item); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

func (t *template) split(arguments []any) (any, error) {
	if texts, err := textsOf(arguments); err == nil && len(texts) == 2 && texts[0] != "" {
		if err := t.spend(valueWork * strings.Count(texts[1], texts[0])); err != nil {
			return nil, err
		}
		out := []any{}
		for part := range strings.SplitSeq(texts[1], texts[0]) {
			out = append(out, part)
		}
		return out, nil
	}
	return nil, wants("Fn::Split", "a separator and a text")
}

func pick(arguments []any) (any, error) {
	if len(arguments) == 2 {
		index, err := text(arguments[0])
		list, ok := arguments[1].([]any)
		if i, bad := strconv.Atoi(index); ok && err == nil && bad == nil && i >= 0 && i < len(list) {
			return list[i], nil
		}
	}
	return nil, wants("Fn::Select", "the index of an item, and a list that has it")
}

// find looks a value up in a mapping; a DefaultValue stands for one that is
// not there.
func (t *template) find(arguments []any) (any, error) {
	if len(arguments) < 3 {
		return nil, wants("Fn::FindInMap", "a mapping and two keys")
	}
	keys, err := textsOf(arguments[:3])
	if err != nil {
		return nil, fmt.Errorf("Fn::FindInMap: %w", err)
	}
	var v any = t.mappings
	for _, key := range keys {
		m, _ := v.(map[string]any)
		if v = m[key]; v == nil {
			return instead(keys, arguments[3:])
		}
	}
	return v, nil
}

func instead(keys []string, options []any) (any, error) {
	for _, option := range options {
		if name, v, ok := sole(option); ok && name == "DefaultValue" {
			return v, nil
		}
	}
	return nil, errors.New("Mappings has no " + strings.Join(keys, "."))
}
