package asyncgen

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/statemachine"
)

// activityFolder is where the mains of activities are.
const activityFolder = "functions/activities/"

// CheckTemplate returns what a SAM template lacks for a job, one sentence each
// with the lines to add: a function for each activity with the timeout that the
// job needs, the substitutions of the state machine, the state machine's
// permission to call the functions, and those of the functions to call Step Functions.
// Roles that are not resources of the template are not looked at. The error is
// that of reading the YAML.
func CheckTemplate(job async.Definition, template []byte) (problems []string, err error) {
	t, err := readTemplate(template)
	if err != nil {
		return nil, err
	}
	c := templateCheck{template: t, job: job.Describe()}
	machine, ok := t.stateMachine()
	if !ok {
		c.add("the template has no AWS::Serverless::StateMachine; add one with DefinitionUri: %s", defaultStateMachine(c.job))
	}
	for _, a := range statemachine.Activities(c.job) {
		c.activity(a, machine, ok)
	}
	if _, partition := machine.substitutions()[PartitionName]; ok && statemachine.Waits(c.job) && !partition {
		c.add("a stage waits, and DefinitionSubstitutions lacks the partition of its Resource; add\n    %s: !Ref AWS::Partition", PartitionName)
	}
	c.orphans(machine)
	c.permissions()
	return c.problems, nil
}

// templateCheck gathers what is wrong with a template.
type templateCheck struct {
	template samTemplate
	job      async.Description
	problems []string
}

func (c *templateCheck) add(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

func (c *templateCheck) activity(a statemachine.Activity, machine resource, hasMachine bool) {
	least, most := functionTimeout(a)
	folder := activityFolder + a.Name + "/"
	id, f, ok := c.template.function(folder)
	if !ok {
		id = StateName(a.Name) + "Function"
		c.add("activity %s has no function; add\n  %s:\n    Type: AWS::Serverless::Function\n    Metadata: {BuildMethod: go1.x}\n    Properties:\n      CodeUri: %s\n      Timeout: %d%s",
			a.Name, id, folder, statemachine.Seconds(most), c.template.siblingProperties())
	} else if got := cmp.Or(f.timeout(), c.template.timeout, 3); got <= statemachine.Seconds(least) || got > statemachine.Seconds(most) {
		c.add("%s has Timeout: %d; activity %s needs more than %d and at most %d: write\n      Timeout: %d", id, got, a.Name, statemachine.Seconds(least), statemachine.Seconds(most), statemachine.Seconds(most))
	}
	if !hasMachine || a.Stage != nil && a.Stage.Retired {
		return
	}
	if name := FunctionARN(a.Name); !slices.Contains(keys(machine.substitutions()), name) {
		c.add("DefinitionSubstitutions lacks the function of activity %s; add\n    %s: !Ref %s.Alias", a.Name, name, id)
	}
	if !c.template.allows(machine, "lambda:InvokeFunction", id, id+".Alias", id+".Arn") {
		c.add("the state machine's role may not call the function of activity %s; add to the resources of lambda:InvokeFunction\n    - !Ref %s.Alias", a.Name, id)
	}
}

// functionTimeout returns the bounds of a function's timeout: it is longer than
// what its stage may take, for the outcome is recorded after that, and ends at
// the task's own.
func functionTimeout(a statemachine.Activity) (least, most time.Duration) {
	switch {
	case a.Stage == nil && a.Name == FailActivity:
		return 0, async.FailTimeout
	case a.Stage == nil:
		return 0, async.CompensateTimeout
	case a.Stage.Waits:
		return async.StartTimeout, async.StartTimeout + async.TaskMargin
	}
	return a.Stage.Timeout, a.Stage.Timeout + async.TaskMargin
}

// orphans reports functions and substitutions of activities that the job does not have.
func (c *templateCheck) orphans(machine resource) {
	known, arns := map[string]bool{}, map[string]bool{}
	for _, a := range statemachine.Activities(c.job) {
		known[a.Name], arns[FunctionARN(a.Name)] = true, true
	}
	for _, id := range keys(c.template.functions) {
		folder := c.template.functions[id].codeURI()
		if name, ok := strings.CutPrefix(folder, activityFolder); ok && !known[strings.TrimSuffix(name, "/")] {
			c.add("%s is of no activity of the job: remove it, or declare the stage, with Retired if executions in flight still run it", id)
		}
	}
	for _, name := range keys(machine.substitutions()) {
		if strings.HasSuffix(name, "FunctionArn") && !arns[name] {
			c.add("DefinitionSubstitutions has %s, which is of no activity of the job: remove it", name)
		}
	}
}

// permissions checks what the functions beside the activities call.
func (c *templateCheck) permissions() {
	check := func(folder string, wanted bool, why string, actions ...string) {
		id, f, ok := c.template.function(folder)
		switch {
		case !wanted:
		case !ok:
			c.add("%s: add a function with CodeUri: %s", why, folder)
		default:
			for _, action := range actions {
				if !c.template.allows(f, action) {
					c.add("%s: the role of %s lacks %s; add\n    Action: %s", why, id, action, action)
				}
			}
		}
	}
	check("functions/submit/", true, "submissions are accepted", "states:StartExecution")
	check("functions/status/", true, "a status is read")
	check("functions/status/", statemachine.Waits(c.job), "a reader passes on an answer that a crash has left", "states:SendTaskSuccess")
	check("functions/reconcile/", true, "ends of executions are recorded", "states:DescribeExecution")
	check("functions/callback/", statemachine.Waits(c.job), "a stage waits for an answer", "states:SendTaskSuccess", "states:SendTaskHeartbeat")
	stop := []string{"states:StopExecution"}
	if c.job.Compensates {
		stop = nil
		if statemachine.Waits(c.job) {
			stop = []string{"states:SendTaskFailure"}
		}
	}
	if _, _, ok := c.template.function("functions/cancel/"); ok {
		check("functions/cancel/", true, "submissions can be canceled", stop...)
	}
	for _, s := range c.job.Stages {
		if s.Waits {
			check(activityFolder+s.Activity+"/", true, "a stage that has its answer answers its task itself", "states:SendTaskSuccess")
		}
	}
}

// samTemplate is the part of a SAM template that CheckTemplate looks at.
type samTemplate struct {
	// timeout is that of Globals, 0 if there is none.
	timeout   int
	resources map[string]resource
	functions map[string]resource
}

// resource is one resource, as it is written.
type resource struct {
	kind       string
	properties yaml.Node
}

func readTemplate(text []byte) (samTemplate, error) {
	var doc struct {
		Globals struct {
			Function struct {
				Timeout int `yaml:"Timeout"`
			} `yaml:"Function"`
		} `yaml:"Globals"`
		Resources map[string]struct {
			Type       string    `yaml:"Type"`
			Properties yaml.Node `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return samTemplate{}, fmt.Errorf("template: %w", err)
	}
	t := samTemplate{doc.Globals.Function.Timeout, map[string]resource{}, map[string]resource{}}
	for id, r := range doc.Resources {
		t.resources[id] = resource{r.Type, r.Properties}
		if r.Type == "AWS::Serverless::Function" {
			t.functions[id] = t.resources[id]
		}
	}
	return t, nil
}

// stateMachine returns the first state machine of the template, which has one.
func (t samTemplate) stateMachine() (resource, bool) {
	for _, id := range keys(t.resources) {
		if r := t.resources[id]; r.kind == "AWS::Serverless::StateMachine" {
			return r, true
		}
	}
	return resource{}, false
}

// function returns the function whose code is in the folder.
func (t samTemplate) function(folder string) (id string, f resource, ok bool) {
	for _, id := range keys(t.functions) {
		if f := t.functions[id]; f.codeURI() == folder {
			return id, f, true
		}
	}
	return "", resource{}, false
}

// siblingProperties returns the lines of an activity's function that do not depend
// on the activity, as another one of the template has them, rather one that merges
// its properties: a long value is referred to by its anchor, or by the name of the
// function that has it.
func (t samTemplate) siblingProperties() string {
	var id string
	for _, other := range keys(t.functions) {
		f := t.functions[other]
		if strings.HasPrefix(f.codeURI(), activityFolder) && f.properties.Kind == yaml.MappingNode && (id == "" || f.merges()) {
			id = other
			if f.merges() {
				break
			}
		}
	}
	if id == "" {
		return "\n      Role: ..."
	}
	properties := t.functions[id].properties
	if properties.Anchor != "" && !t.functions[id].merges() {
		return "\n      <<: *" + properties.Anchor
	}
	var lines strings.Builder
	for i := 0; i+1 < len(properties.Content); i += 2 {
		name, v := properties.Content[i].Value, properties.Content[i+1]
		switch {
		case name == "CodeUri" || name == "Timeout":
		case v.Kind == yaml.AliasNode || v.Anchor != "":
			fmt.Fprintf(&lines, "\n      %s: *%s", name, cmp.Or(v.Anchor, v.Value))
		case v.Kind == yaml.ScalarNode && strings.HasPrefix(v.Tag, "!!"):
			fmt.Fprintf(&lines, "\n      %s: %s", name, v.Value)
		case v.Kind == yaml.ScalarNode:
			fmt.Fprintf(&lines, "\n      %s: %s %s", name, v.Tag, v.Value)
		default:
			fmt.Fprintf(&lines, "\n      %s: ... # as %s has it", name, id)
		}
	}
	return lines.String()
}

// merges reports whether the properties are those of another resource, changed.
func (r resource) merges() bool {
	for i := 0; i+1 < len(r.properties.Content); i += 2 {
		if r.properties.Content[i].Tag == "!!merge" {
			return true
		}
	}
	return false
}

// allows reports whether the role of r, or its own policies, name the action,
// and one of the references if there are any. A role that is no resource of the
// template may do anything.
func (t samTemplate) allows(r resource, action string, references ...string) bool {
	policies := []*yaml.Node{child(&r.properties, "Policies")}
	if role := child(&r.properties, "Role"); role != nil {
		id, _, _ := strings.Cut(role.Value, ".")
		found, ok := t.resources[id]
		if !ok {
			return true
		}
		policies = append(policies, child(&found.properties, "Policies"))
	}
	service, _, _ := strings.Cut(action, ":")
	named, referred := false, len(references) == 0
	for _, p := range policies {
		for _, value := range scalars(p) {
			named = named || value == action || value == service+":*" || value == "*" ||
				action == "lambda:InvokeFunction" && value == "LambdaInvokePolicy"
			referred = referred || slices.Contains(references, value)
		}
	}
	return named && referred
}

func (r resource) codeURI() string {
	node := child(&r.properties, "CodeUri")
	if node == nil || node.Value == "" {
		return ""
	}
	return path.Clean(node.Value) + "/"
}

func (r resource) timeout() (seconds int) {
	if node := child(&r.properties, "Timeout"); node != nil && node.Decode(&seconds) != nil {
		return 0
	}
	return seconds
}

func (r resource) substitutions() map[string]*yaml.Node {
	all := map[string]*yaml.Node{}
	if node := child(&r.properties, "DefinitionSubstitutions"); node != nil {
		for i := 0; i+1 < len(node.Content); i += 2 {
			all[node.Content[i].Value] = node.Content[i+1]
		}
	}
	return all
}

// child returns the member of a mapping, nil if there is none. Its own members
// come before those that it merges (<<).
func child(node *yaml.Node, name string) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind != yaml.MappingNode {
		return nil
	}
	var merged *yaml.Node
	for i := 0; i+1 < len(node.Content); i += 2 {
		switch key, value := node.Content[i], node.Content[i+1]; {
		case key.Value == name && value.Kind == yaml.AliasNode:
			return value.Alias
		case key.Value == name:
			return value
		case key.Tag == "!!merge":
			merged = value
		}
	}
	if merged != nil {
		return child(merged, name)
	}
	return nil
}

// scalars returns all keys and values below a node.
func scalars(node *yaml.Node) (all []string) {
	switch {
	case node == nil:
		return nil
	case node.Kind == yaml.AliasNode:
		return scalars(node.Alias)
	case node.Kind == yaml.ScalarNode:
		return []string{node.Value}
	}
	for _, n := range node.Content {
		all = append(all, scalars(n)...)
	}
	return all
}

// keys returns the keys of m in order.
func keys[V any](m map[string]V) []string {
	all := make([]string, 0, len(m))
	for key := range m {
		all = append(all, key)
	}
	slices.Sort(all)
	return all
}
