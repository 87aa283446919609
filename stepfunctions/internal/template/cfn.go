// Package template reads the state machines of a CloudFormation or SAM template, so
// that they can be made on one machine. References are filled in as a
// deployment would, with ARNs that `sam local start-lambda` understands: a
// function's name is its logical id, and its versions and aliases are left
// out, since there is but one version of it.
//
// A template may come from anywhere: what it can make the program do is bounded.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
package template

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Place is where the template is deployed, as far as the template says.
type Place struct {
	Region, Account string
	// Warn, if set, gets what is in the template and hardly meant.
	Warn func(what string)
	// Reading, if set, gets the path of each file before it is read, or missed.
	Reading func(path string)
	// Parameters override the defaults of the template's parameters.
	Parameters map[string]string
}

func (p Place) reading(path string) {
	if p.Reading != nil {
		p.Reading(path)
	}
}

// StateMachine is an AWS::Serverless::StateMachine or an
// AWS::StepFunctions::StateMachine.
type StateMachine struct {
	LogicalID string
	// Name is the logical id where the template gives none.
	Name string
	// Type is STANDARD or EXPRESS.
	Type string
	// Definition is JSON, with its substitutions made; it is not validated.
	Definition string
	// Property is the one that the definition is in, such as DefinitionUri.
	Property string
	// File is the file of the definition, "" for one in the template.
	File string
	// Unfilled are the placeholders of the definition that no substitution is
	// for. They stay as they are, as on AWS.
	Unfilled []string
	// Alias is the AutoPublishAlias, "" for none.
	Alias string
	// OnlyOnAWS, if not nil, is what the machine needs that is nowhere but on
	// AWS, such as another stack's export. Name and Definition may be empty then.
	OnlyOnAWS error
}

// StateMachines reads the template at path and gives its state machines,
// ordered by logical id. Of a definition in the place of a template it makes one,
// named as the file. Those whose condition does not hold are left out. An
// error names the file, and the part of it that is wrong.
func StateMachines(path string, place Place) ([]StateMachine, error) {
	place.reading(path)
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	if m, ok, err := bare(path, text, place); ok || err != nil {
		return []StateMachine{m}, err
	}
	t, err := parse(text, place)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	t.dir = filepath.Dir(path)
	found, err := t.machines()
	err = cmp.Or(t.lacking(), err)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return found, nil
}

// bare makes a state machine of a text that is a definition and no template.
func bare(path string, text []byte, place Place) (m StateMachine, ok bool, err error) {
	root, err := (&reader{short: true}).read(text)
	if top, isMap := root.(map[string]any); err != nil || !isMap || top["Resources"] != nil || top["States"] == nil || top["StartAt"] == nil {
		return m, false, nil // parse says what is wrong with it
	}
	if len(place.Parameters) > 0 {
		return m, false, fmt.Errorf("%s: a definition has no parameters", path)
	}
	name, _, _ := strings.Cut(filepath.Base(path), ".")
	m = StateMachine{LogicalID: name, Name: name, Type: "STANDARD", Property: "definition", File: path}
	m.Definition, err = (&template{place: place}).asJSON(string(text))
	if err != nil {
		return m, false, fmt.Errorf("%s: %w", path, err)
	}
	return m, true, nil
}

// warn passes on what is hardly meant.
func (t *template) warn(what string) {
	if t.place.Warn != nil {
		t.place.Warn(what)
	}
}

func (t *template) machines() (found []StateMachine, err error) {
	named := map[string]string{}
	for _, id := range slices.Sorted(maps.Keys(t.resources)) {
		if !t.resources[id].isMachine() {
			continue
		}
		m, exists, err := t.machine(id)
		if err != nil && t.missing != nil {
			continue // what a parameter without a value leads to; others may lack, too
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		if !exists {
			continue
		}
		found = append(found, m)
		if m.OnlyOnAWS != nil {
			continue
		}
		if other := named[m.Name]; other != "" {
			return nil, fmt.Errorf("%s: its name is %q, and so is that of %s", id, m.Name, other)
		}
		named[m.Name] = id
	}
	return found, nil
}

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
		return nil, errors.New("it refers to itself, or is nested too deeply")
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
		return members(v, t.evaluate)
	}
	return v, nil
}

// spend takes work from what is left of it.
func (t *template) spend(work int) error {
	if t.budget -= work; t.budget < 0 {
		return errors.New("its intrinsic functions take too much work to evaluate")
	}
	return nil
}

// function reports whether v is an intrinsic function, and of what.
func function(v any) (name string, argument any, ok bool) {
	name, argument, ok = sole(v)
	return name, argument, ok && (name == "Ref" || strings.HasPrefix(name, "Fn::"))
}

// sole returns the member of a mapping that has but one.
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

// members returns a mapping with the value of each member, without those that
// have none.
func members(m map[string]any, value func(any) (any, error)) (any, error) {
	out := make(map[string]any, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if strings.HasPrefix(name, "Fn::") {
			return nil, onlyOnAWS(name + " beside other members")
		}
		v, err := value(m[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if v != (noValue{}) {
			out[name] = v
		}
	}
	return out, nil
}

// text returns a value as it stands in a text. A list or a mapping cannot.
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

// onlyOnAWS is the error about something that no template contains.
type onlyOnAWS string

func (what onlyOnAWS) Error() string { return string(what) + " is known on AWS only" }

// call returns an intrinsic function of an argument that is not evaluated yet.
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
			return t.instead(keys, arguments[3:])
		}
	}
	return v, nil
}

func (t *template) instead(keys []string, options []any) (any, error) {
	for _, option := range options {
		if name, v, ok := sole(option); ok && name == "DefaultValue" {
			return v, nil
		}
	}
	return nil, t.absent("Mappings has no %s", strings.Join(keys, "."), "")
}
