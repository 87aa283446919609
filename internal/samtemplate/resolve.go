package samtemplate

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Stack is what a template comes to with given parameters.
type Stack struct {
	// Resources are those whose condition holds, by logical id.
	Resources map[string]Resource
	// Outputs are those whose condition holds; Exports are by their own names.
	Outputs, Exports map[string]string
}

// Resource is one of a stack, its properties without any intrinsic function.
type Resource struct {
	Type       string
	Properties map[string]any
}

// Resolve evaluates a plain CloudFormation template with parameters, on top of
// their defaults, and with what other stacks export. A reference to anything that
// is not there under these parameters is an error: it is what CloudFormation
// would refuse, and linters hardly see.
func Resolve(source map[string]any, parameters, imports map[string]string) (Stack, error) {
	known := Defaults(source)
	for name, value := range parameters {
		if _, ok := known[name]; !ok {
			return Stack{}, fmt.Errorf("there is no parameter %s", name)
		}
		known[name] = value
	}
	maps.Copy(known, pseudo)
	r := resolver{source: source, parameters: known, imports: imports, references: map[string]string{}, strict: true}
	s := Stack{Resources: map[string]Resource{}, Outputs: map[string]string{}, Exports: map[string]string{}}
	var errs []error
	errs = append(errs, r.rules())
	resources := mapping(source["Resources"])
	for id, v := range resources {
		holds, err := r.there(v)
		errs = append(errs, err)
		if holds {
			r.references[id] = id + ".ref"
		}
	}
	for id := range r.references {
		definition := mapping(resources[id])
		v, err := r.value(definition["Properties"])
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", id, err))
		}
		for _, other := range list(definition["DependsOn"]) {
			if r.references[fmt.Sprint(other)] == "" {
				errs = append(errs, fmt.Errorf("%s depends on %v, which is not there", id, other))
			}
		}
		properties := mapping(v)
		if properties == nil {
			properties = map[string]any{}
		}
		s.Resources[id] = Resource{fmt.Sprint(definition["Type"]), properties}
	}
	errs = append(errs, r.outputs(&s))
	return s, errors.Join(errs...)
}

// pseudo are the parameters that every stack has.
var pseudo = map[string]string{
	"AWS::Region": "eu-west-1", "AWS::AccountId": "123456789012", "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com",
	"AWS::StackName": "talks", "AWS::StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/talks/1",
}

// resolver evaluates intrinsic functions.
type resolver struct {
	source map[string]any
	// parameters and references are what Ref knows; imports is what other stacks
	// export.
	parameters, references, imports map[string]string
	// strict refuses attributes of what is no reference.
	strict bool
}

func (r resolver) outputs(s *Stack) error {
	var errs []error
	for name, v := range mapping(r.source["Outputs"]) {
		holds, err := r.there(v)
		errs = append(errs, err)
		if !holds {
			continue
		}
		value, err := r.text(mapping(v)["Value"])
		if err != nil {
			errs = append(errs, fmt.Errorf("output %s: %w", name, err))
		}
		s.Outputs[name] = value
		if export := mapping(mapping(v)["Export"])["Name"]; export != nil {
			exported, err := r.text(export)
			errs = append(errs, err)
			s.Exports[exported] = value
		}
	}
	return errors.Join(errs...)
}

// rules returns the first assertion of the template's rules that is not met.
func (r resolver) rules() error {
	for _, name := range slices.Sorted(maps.Keys(mapping(r.source["Rules"]))) {
		rule := mapping(mapping(r.source["Rules"])[name])
		if when := rule["RuleCondition"]; when != nil {
			if applies, err := r.truth(when); err != nil || !applies {
				return err
			}
		}
		for _, a := range list(rule["Assertions"]) {
			holds, err := r.truth(mapping(a)["Assert"])
			if err != nil || !holds {
				return errors.Join(err, fmt.Errorf("%w: %v", ErrRule, mapping(a)["AssertDescription"]))
			}
		}
	}
	return nil
}

// ErrRule is a combination of parameters that the template itself refuses.
var ErrRule = errors.New("a rule of the template is not met")

// there reports whether the condition of a resource or an output holds.
func (r resolver) there(v any) (bool, error) {
	name := mapping(v)["Condition"]
	if name == nil {
		return true, nil
	}
	return r.condition(fmt.Sprint(name))
}

func (r resolver) condition(name string) (bool, error) {
	c, ok := mapping(r.source["Conditions"])[name]
	if !ok {
		return false, fmt.Errorf("there is no condition %s", name)
	}
	return r.truth(c)
}

// truth evaluates what a condition consists of.
func (r resolver) truth(v any) (bool, error) {
	name, argument := intrinsic(v)
	switch name {
	case "Condition":
		return r.condition(fmt.Sprint(argument))
	case "Fn::Equals":
		operands := list(argument)
		a, errA := r.text(operands[0])
		b, errB := r.text(operands[1])
		return a == b, errors.Join(errA, errB)
	case "Fn::Not":
		holds, err := r.truth(list(argument)[0])
		return !holds, err
	case "Fn::And", "Fn::Or":
		all, some := true, false
		for _, operand := range list(argument) {
			holds, err := r.truth(operand)
			if err != nil {
				return false, err
			}
			all, some = all && holds, some || holds
		}
		return name == "Fn::And" && all || name == "Fn::Or" && some, nil
	}
	return false, fmt.Errorf("%v is no condition", v)
}

func intrinsic(v any) (name string, argument any) {
	if m := mapping(v); len(m) == 1 {
		for name, argument := range m {
			if name == "Ref" || name == "Condition" || strings.HasPrefix(name, "Fn::") {
				return name, argument
			}
		}
	}
	return "", nil
}

// noValue is what AWS::NoValue comes to; whatever has it is left out.
type noValue struct{}

// value evaluates what stands in a property.
func (r resolver) value(v any) (any, error) {
	if name, argument := intrinsic(v); name != "" && name != "Condition" {
		out, err := r.call(name, argument)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return out, nil
	}
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			member, err := r.value(v[name])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if member != (noValue{}) {
				out[name] = member
			}
		}
		return out, nil
	case []any:
		out := []any{}
		for _, item := range v {
			member, err := r.value(item)
			if err != nil {
				return nil, err
			}
			if member != (noValue{}) {
				out = append(out, member)
			}
		}
		return out, nil
	}
	return v, nil
}

func (r resolver) text(v any) (string, error) {
	out, err := r.value(v)
	if err != nil {
		return "", err
	}
	switch out.(type) {
	case map[string]any, noValue:
		return "", fmt.Errorf("%v is no text", out)
	case []any:
		return "", fmt.Errorf("the list %v is no text", out)
	}
	return fmt.Sprint(out), nil
}

func (r resolver) call(name string, argument any) (any, error) {
	switch name {
	case "Ref":
		return r.ref(fmt.Sprint(argument))
	case "Fn::GetAtt":
		parts := list(argument)
		if text, ok := argument.(string); ok {
			id, attribute, _ := strings.Cut(text, ".")
			parts = []any{id, attribute}
		}
		return r.attribute(fmt.Sprint(parts[0]), fmt.Sprint(parts[1]))
	case "Fn::Sub":
		return r.sub(argument)
	case "Fn::If":
		return r.choose(list(argument))
	case "Fn::FindInMap":
		return r.find(list(argument))
	case "Fn::ImportValue":
		exported, err := r.text(argument)
		if value, ok := r.imports[exported]; err == nil && ok {
			return value, nil
		}
		return nil, errors.Join(err, fmt.Errorf("no stack exports %s", exported))
	case "Fn::Join":
		return r.join(list(argument))
	case "Fn::Split":
		text, err := r.text(list(argument)[1])
		out := []any{}
		for part := range strings.SplitSeq(text, fmt.Sprint(list(argument)[0])) {
			out = append(out, part)
		}
		return out, err
	case "Fn::Select":
		return r.pick(list(argument))
	}
	return nil, errors.New("not understood")
}

func (r resolver) ref(name string) (any, error) {
	if name == "AWS::NoValue" {
		return noValue{}, nil
	}
	if value, ok := r.references[name]; ok {
		return value, nil
	}
	value, ok := r.parameters[name]
	if !ok {
		return nil, fmt.Errorf("%s is not there", name)
	}
	kind := mapping(mapping(r.source["Parameters"])[name])["Type"]
	if kind == "CommaDelimitedList" && r.strict {
		out := []any{}
		for part := range strings.SplitSeq(value, ",") {
			out = append(out, part)
		}
		return out, nil
	}
	return value, nil
}

func (r resolver) attribute(id, attribute string) (any, error) {
	if value, ok := r.references[id+"."+attribute]; ok {
		return value, nil
	}
	if _, ok := r.references[id]; !ok {
		return nil, fmt.Errorf("%s.%s is not there", id, attribute)
	}
	return id + "." + attribute, nil
}

var placeholder = regexp.MustCompile(`\$\{([^!{}][^{}]*)\}`)

func (r resolver) sub(argument any) (any, error) {
	text, own := fmt.Sprint(argument), map[string]any{}
	if parts, ok := argument.([]any); ok {
		text, own = fmt.Sprint(parts[0]), mapping(parts[1])
	}
	var errs []error
	out := placeholder.ReplaceAllStringFunc(text, func(found string) string {
		name := found[2 : len(found)-1]
		var v any = map[string]any{"Ref": name}
		if value, ok := own[name]; ok {
			v = value
		} else if id, attribute, ok := strings.Cut(name, "."); ok {
			v = map[string]any{"Fn::GetAtt": []any{id, attribute}}
		}
		value, err := r.text(v)
		errs = append(errs, err)
		return value
	})
	return out, errors.Join(errs...)
}

func (r resolver) choose(branches []any) (any, error) {
	holds, err := r.condition(fmt.Sprint(branches[0]))
	if err != nil {
		return nil, err
	}
	if holds {
		return r.value(branches[1])
	}
	return r.value(branches[2])
}

func (r resolver) find(keys []any) (any, error) {
	var v any = r.source["Mappings"]
	for _, key := range keys {
		name, err := r.text(key)
		if err != nil {
			return nil, err
		}
		if v = mapping(v)[name]; v == nil {
			return nil, fmt.Errorf("the mapping has no %s", name)
		}
	}
	return v, nil
}

// join takes a list parameter for its items even where it is given as a text.
func (r resolver) join(arguments []any) (any, error) {
	v, err := r.value(arguments[1])
	if err != nil {
		return nil, err
	}
	var parts []string
	for _, item := range list(v) {
		parts = append(parts, fmt.Sprint(item))
	}
	return strings.Join(parts, fmt.Sprint(arguments[0])), nil
}

func (r resolver) pick(arguments []any) (any, error) {
	v, err := r.value(arguments[1])
	if err != nil {
		return nil, err
	}
	items, i := list(v), fmt.Sprint(arguments[0])
	if n, err := strconv.Atoi(i); err == nil && n >= 0 && n < len(items) {
		return items[n], nil
	}
	return nil, fmt.Errorf("%v has no item %s", items, i)
}
