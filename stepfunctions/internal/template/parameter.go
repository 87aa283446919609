package template

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/nearest"
)

// parameter returns the value of one, as Ref gives it: the override, or the
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

// given returns the text that a parameter is given.
func (t *template) given(name, kind string, declared map[string]any) (string, error) {
	if value, ok := t.place.Parameters[name]; ok {
		return value, nil
	}
	// Its default is the name under which a deployment finds the value.
	value, ok := declared["Default"]
	if !ok || strings.HasPrefix(kind, "AWS::SSM::") {
		return t.lack(name, declared), nil
	}
	out, err := text(value)
	switch {
	case err != nil:
		return "", fmt.Errorf("parameter %s: Default: %w", name, err)
	case strings.Contains(out, dynamic):
		return t.lack(name, declared), nil
	}
	return out, nil
}

// lack notes that a parameter has no value, and returns one with which the others
// that have none are found.
func (t *template) lack(name string, declared map[string]any) string {
	if !slices.Contains(t.missing, name) {
		t.missing = append(t.missing, name)
	}
	values, _ := declared["AllowedValues"].([]any)
	for _, v := range values {
		if s, err := text(v); err == nil {
			return s
		}
	}
	return name
}

// lacking returns the error about all parameters without a value, nil where none lack.
func (t *template) lacking() error {
	if t.missing == nil {
		return nil
	}
	slices.Sort(t.missing)
	var flags []string
	for _, name := range t.missing {
		flags = append(flags, "-parameter "+name+"=VALUE")
	}
	return fmt.Errorf("parameters without a value, or with one that is kept on AWS: it needs %s", strings.Join(flags, " "))
}

// allowed rejects a value that is not among the AllowedValues, if there are any.
func allowed(name, value string, values any) error {
	list, ok := values.([]any)
	if !ok || slices.ContainsFunc(list, func(v any) bool { s, err := text(v); return err == nil && s == value }) {
		return nil
	}
	return fmt.Errorf("parameter %s: %q is not among its AllowedValues", name, value)
}

// holds decides the condition of that name.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
func (t *template) holds(name string) (bool, error) {
	if holds, ok := t.decided[name]; ok {
		return holds, nil
	}
	condition, ok := t.conditions[name]
	if !ok {
		return false, t.absent("the template has no condition %q", name, nearest.MeantIn(name, t.conditions))
	}
	if t.deciding[name] {
		return false, fmt.Errorf("condition %s refers to itself", name)
	}
	t.deciding[name] = true
	defer delete(t.deciding, name)
	holds, err := t.decide(condition)
	if err != nil {
		return false, fmt.Errorf("condition %s: %w", name, err)
	}
	t.decided[name] = holds
	return holds, nil
}

// decide returns the truth of a condition function.
func (t *template) decide(condition any) (bool, error) {
	name, argument, ok := sole(condition)
	list, _ := argument.([]any)
	other, isText := argument.(string)
	switch {
	case !ok:
	case name == "Condition" && isText:
		return t.holds(other)
	case name == "Fn::Equals" && len(list) == 2:
		return t.equal(list[0], list[1])
	case name == "Fn::Not" && len(list) == 1:
		holds, err := t.decide(list[0])
		return !holds, err
	case name == "Fn::And" && len(list) > 0:
		return t.all(list, true)
	case name == "Fn::Or" && len(list) > 0:
		return t.all(list, false)
	}
	return false, fmt.Errorf("it has to be made of Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition")
}

// equal compares as CloudFormation does: 1 and "1" are the same.
func (t *template) equal(one, other any) (bool, error) {
	a, err := t.evaluate(one)
	if err != nil {
		return false, err
	}
	b, err := t.evaluate(other)
	if err != nil {
		return false, err
	}
	textA, errA := text(a)
	textB, errB := text(b)
	if errA != nil || errB != nil {
		return reflect.DeepEqual(a, b), nil
	}
	return textA == textB, nil
}

// all is Fn::And for true, and Fn::Or for false: the first that is not what is
// wanted decides.
func (t *template) all(conditions []any, want bool) (bool, error) {
	for _, c := range conditions {
		holds, err := t.decide(c)
		if err != nil {
			return false, err
		}
		if holds != want {
			return !want, nil
		}
	}
	return want, nil
}

// choose is Fn::If of a condition's name and two values, one of which is
// looked at.
func (t *template) choose(argument any) (any, error) {
	list, _ := argument.([]any)
	if len(list) != 3 {
		return nil, wants("Fn::If", "a condition and two values")
	}
	name, ok := list[0].(string)
	if !ok {
		return nil, wants("Fn::If", "the name of a condition")
	}
	holds, err := t.holds(name)
	if err != nil {
		return nil, err
	}
	if holds {
		return t.evaluate(list[1])
	}
	return t.evaluate(list[2])
}
