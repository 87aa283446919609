package template

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/nearest"
)

func (t *template) refArgument(argument any) (any, error) {
	name, ok := argument.(string)
	if !ok {
		return nil, wants("Ref", "a name")
	}
	return t.ref(name)
}

// ref returns what !Ref NAME gives.
func (t *template) ref(name string) (any, error) {
	if v, ok := t.pseudo(name); ok {
		return v, nil
	}
	if _, ok := t.parameters[name]; ok {
		return t.parameter(name)
	}
	if r, ok := t.resources[name]; ok {
		return t.physicalID(name, r)
	}
	if id, what, _ := strings.Cut(name, "."); t.isPublished(id, what) {
		return t.functionARN(id), nil
	}
	if t.isGenerated(name) {
		return name, nil
	}
	if id, alias, err := t.publishedAs(name); id != "" || err != nil {
		if err != nil {
			return nil, err
		}
		return t.aliasARN(id, alias)
	}
	return nil, t.absent("the template has nothing named %q", name, nearest.Meant(nearest.To(name, t.declared())))
}

// pseudo returns a pseudo parameter.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
func (t *template) pseudo(name string) (any, bool) {
	switch name {
	case "AWS::Region":
		return t.place.Region, true
	case "AWS::AccountId":
		return t.place.Account, true
	case "AWS::Partition":
		return "aws", true
	case "AWS::URLSuffix":
		return "amazonaws.com", true
	case "AWS::StackName":
		return stackName, true
	case "AWS::StackId":
		return t.arn("cloudformation", "stack/"+stackName+"/00000000-0000-0000-0000-000000000000"), true
	case "AWS::NotificationARNs":
		return []any{}, true
	case "AWS::NoValue":
		return noValue{}, true
	}
	return nil, false
}

// stackName is the one that the SAM CLI gives what it runs on one machine.
const stackName = "local"

// physicalID returns what !Ref of a resource gives: an ARN for a state machine and
// for versions and aliases, what the resource's kind has for one, and else the
// logical id.
func (t *template) physicalID(id string, r resource) (any, error) {
	switch r.kind {
	case samMachine, cfnMachine:
		return t.machineARN(id)
	case "AWS::Lambda::Alias", "AWS::Lambda::Version":
		name, err := t.property(r, "FunctionName")
		if err != nil || strings.HasPrefix(name, "arn:") {
			return name, err
		}
		return t.functionARN(name), nil
	case "AWS::StepFunctions::StateMachineVersion", "AWS::StepFunctions::StateMachineAlias":
		return nil, onlyOnAWS("the ARN of " + id)
	}
	return t.identity(id, r)
}

// isPublished reports whether SAM takes FUNCTION.Alias or FUNCTION.Version for
// the version that it publishes.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources.html
func (t *template) isPublished(id, what string) bool {
	return t.resources[id].isFunction() && (what == "Alias" || what == "Version")
}

// publishedAs returns the resource that SAM makes an alias of that logical id for,
// where a function or Globals gives the alias's name; "" for none.
func (t *template) publishedAs(name string) (id, alias string, err error) {
	for id, r := range t.resources {
		rest, ok := strings.CutPrefix(name, id+"Alias")
		written, given := r.properties["AutoPublishAlias"]
		if !given && r.kind == "AWS::Serverless::Function" {
			written = t.functionAlias
		}
		if !ok || written == nil || r.kind != "AWS::Serverless::Function" && r.kind != samMachine {
			continue
		}
		v, err := t.evaluate(written)
		if err != nil {
			return "", "", fmt.Errorf("%s: AutoPublishAlias: %w", id, err)
		}
		if s, err := text(v); err == nil && s == rest {
			return id, s, nil
		}
	}
	return "", "", nil
}

// absent returns the error about something that the template does not have. A
// mistake is not known for one where a deployment adds to the template; meant asks
// whether another name was meant.
func (t *template) absent(format, name, meant string) error {
	if t.added != "" {
		return onlyOnAWS(fmt.Sprintf("%q, which may come from %s,", name, t.added))
	}
	return fmt.Errorf(format+"%s", name, meant)
}

// declared returns the names of the parameters and the resources.
func (t *template) declared() []string {
	return append(slices.Sorted(maps.Keys(t.parameters)), slices.Sorted(maps.Keys(t.resources))...)
}

// aliasARN returns what !Ref of the alias gives that SAM makes for a resource.
func (t *template) aliasARN(id, alias string) (any, error) {
	if t.resources[id].isFunction() {
		return t.functionARN(id), nil
	}
	arn, err := t.machineARN(id)
	return arn + ":" + alias, err
}

// getAtt returns what !GetAtt RESOURCE.Attribute gives.
func (t *template) getAtt(argument any) (any, error) {
	if name, ok := argument.(string); ok {
		id, attribute, _ := strings.Cut(name, ".")
		return t.attribute(id, attribute)
	}
	parts, _ := argument.([]any)
	evaluated, err := t.evaluateList(parts)
	if err != nil {
		return nil, err
	}
	parts, _ = evaluated.([]any)
	texts, err := textsOf(parts)
	if err != nil || len(texts) != 2 {
		return nil, wants("Fn::GetAtt", "a resource and an attribute")
	}
	return t.attribute(texts[0], texts[1])
}

func (t *template) attribute(id, attribute string) (any, error) {
	r, ok := t.resources[id]
	if !ok && t.isGenerated(id) {
		r, ok = generated(id), true
	}
	switch {
	case !ok:
		return nil, t.absent("the template has no resource %q", id, nearest.MeantIn(id, t.resources))
	case attribute == "Name" && r.isMachine():
		return t.machineName(id)
	case attribute == "Arn" && r.isMachine():
		return t.machineARN(id)
	case attribute == "Arn" && r.isFunction():
		return t.functionARN(id), nil
	}
	return t.described(id, r, attribute)
}

// service returns the middle of a resource type such as AWS::SQS::Queue.
func service(kind string) string {
	_, rest, _ := strings.Cut(kind, "::")
	name, _, _ := strings.Cut(rest, "::")
	return strings.ToLower(name)
}

func (t *template) arn(service, rest string) string {
	return "arn:aws:" + service + ":" + t.place.Region + ":" + t.place.Account + ":" + rest
}

func (t *template) functionARN(id string) string { return t.arn("lambda", "function:"+id) }

func (t *template) machineARN(id string) (string, error) {
	name, err := t.machineName(id)
	return t.arn("states", "stateMachine:"+name), err
}

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
