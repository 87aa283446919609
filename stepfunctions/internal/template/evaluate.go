package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxWork bounds what is worked out for a template: a value costs
	// valueWork, a text that is put together as much as it has bytes. Names
	// that refer to each other could else double with every step.
	maxWork   = 1 << 25
	valueWork = 64
)

// dynamic begins a reference to a parameter store or a secret.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
const dynamic = "{{resolve:"

// noValue is what AWS::NoValue leaves: nothing.
type noValue struct{}

// evaluate fills in every intrinsic function in v.
func (t *template) evaluate(v any) (any, error) {
	if err := t.spend(valueWork); err != nil {
		return nil, err
	}
	if t.depth++; t.depth > 2*maxDepth {
		return nil, errors.New("it needs itself, or is nested too deeply")
	}
	defer func() { t.depth-- }()
	switch v := v.(type) {
	case string:
		if strings.Contains(v, dynamic) {
			return nil, onlyOnAWS("a dynamic reference")
		}
	case []any:
		return t.evaluateList(v)
	case map[string]any:
		if name, argument, ok := function(v); ok {
			return t.call(name, argument)
		}
		return t.evaluateMap(v)
	}
	return v, nil
}

// spend takes work from what is left of it.
func (t *template) spend(work int) error {
	if t.budget -= work; t.budget < 0 {
		return errors.New("it takes too much work to fill in")
	}
	return nil
}

// function tells whether v is an intrinsic function, and of what.
func function(v any) (name string, argument any, ok bool) {
	name, argument, ok = sole(v)
	return name, argument, ok && (name == "Ref" || strings.HasPrefix(name, "Fn::"))
}

// sole is the member of a mapping that has but one.
func sole(v any) (name string, member any, ok bool) {
	m, _ := v.(map[string]any)
	for name, member := range m {
		return name, member, len(m) == 1
	}
	return "", nil, false
}

func (t *template) evaluateList(list []any) (any, error) {
	out := make([]any, 0, len(list))
	for _, item := range list {
		v, err := t.evaluate(item)
		if err != nil {
			return nil, err
		}
		if v != (noValue{}) {
			out = append(out, v)
		}
	}
	return out, nil
}

func (t *template) evaluateMap(m map[string]any) (any, error) {
	out := make(map[string]any, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if strings.HasPrefix(name, "Fn::") {
			return nil, onlyOnAWS(name + " beside other members")
		}
		v, err := t.evaluate(m[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if v != (noValue{}) {
			out[name] = v
		}
	}
	return out, nil
}

// text is a value as it stands in a text. A list or a mapping cannot.
func text(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case json.Number:
		return v.String(), nil
	case bool:
		return strconv.FormatBool(v), nil
	case []any:
		return "", errors.New("a list is not a text: Fn::Join makes one of it")
	case noValue:
		return "", errors.New("AWS::NoValue is not a text")
	}
	return "", errors.New("a mapping is not a text")
}

// onlyOnAWS is the error about something that no template can tell.
type onlyOnAWS string

func (what onlyOnAWS) Error() string { return string(what) + " is known on AWS only" }
