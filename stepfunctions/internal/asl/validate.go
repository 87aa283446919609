package asl

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// maxDefinition is the longest definition in bytes (AWS quotas: 1 MB).
const maxDefinition = 1 << 20

// maxFindings bounds how many diagnostics are collected, so that no definition
// makes an answer many times its own size.
const maxFindings = 1000

// Options are what validation depends on besides the definition.
type Options struct {
	// Express reports whether the state machine is to be of type EXPRESS, which
	// cannot wait for jobs and tokens.
	Express bool
	// Partial reports whether the definition was made around a single state: its
	// transitions may lead anywhere.
	Partial bool
	// Integrations says that mocks or stubs answer for the services that the
	// engine cannot call, so that calls of them are no reason to reject.
	Integrations bool
	// Stubs says that stubs answer for writes, the results of a distributed Map
	// among them.
	Stubs bool
	// TestState says that a state is to be tested and no machine to be created: who
	// answers for other services does not matter then.
	TestState bool
}

// Validate returns everything that is wrong with a definition, up to a thousand
// findings, in the order of the text. The rules are those of states-language.net and of AWS's
// ValidateStateMachineDefinition, whose codes, words and locations it uses.
// Rules of one part are checked even if another part is broken; the way through
// the states is checked last, machine by machine.
func Validate(definition []byte, o Options) []Diagnostic {
	switch {
	case strings.TrimSpace(string(definition)) == "":
		return []Diagnostic{schemaError("", "Definition must be a valid JSON object")}
	case len(definition) > maxDefinition:
		return []Diagnostic{schemaError("", fmt.Sprintf("Definition must not be longer than %d bytes", maxDefinition))}
	}
	var duplicates []string
	root, err := value.ParseStrict(definition, func(pointer string, _ int) {
		if len(duplicates) < maxFindings {
			duplicates = append(duplicates, pointer)
		}
	})
	var syntax *value.SyntaxError
	if errors.As(err, &syntax) {
		return []Diagnostic{jsonError(string(definition), syntax)}
	}
	object, ok := root.(*value.Object)
	if !ok {
		return []Diagnostic{schemaError("", "Definition must be a valid JSON object")}
	}
	c := &checker{express: o.Express, partial: o.Partial, integrations: o.Integrations, stubs: o.Stubs, testState: o.TestState, names: map[string]bool{}, labels: map[string]bool{}}
	for _, pointer := range duplicates {
		c.schema(locate(root, pointer), "Duplicate field")
	}
	c.root(object)
	if c.failed() {
		return c.found
	}
	return append(c.found, unreadable(definition, root)...)
}

func schemaError(at, message string) Diagnostic {
	return Diagnostic{Severity: SeverityError, Code: SchemaCode, Message: message, Location: at}
}

// unreadable returns what Parse objects to, so that nothing passes which cannot
// be run.
func unreadable(definition []byte, root any) []Diagnostic {
	var problems Problems
	_, err := Parse(definition)
	if !errors.As(err, &problems) {
		return nil
	}
	var found []Diagnostic
	for _, p := range problems {
		found = append(found, Diagnostic{Severity: SeverityError, Code: p.Code, Message: p.Message, Location: locate(root, p.Pointer)})
	}
	return found
}

// checker collects diagnostics on its way through a definition.
type checker struct {
	found            []Diagnostic
	express, partial bool
	// integrations, stubs and testState are those of Options.
	integrations, stubs, testState bool
	// machineJSONata is set if the whole state machine is in JSONata, jsonata
	// if the state that is being looked at is.
	machineJSONata, jsonata bool
	// jsonataReported is set once it was reported that JSONata is not supported.
	jsonataReported bool
	names, labels   map[string]bool
}

func (c *checker) add(code, at, message string) {
	c.keep(Diagnostic{Severity: SeverityError, Code: code, Message: message, Location: at})
}

func (c *checker) schema(at, format string, arguments ...any) {
	c.add(SchemaCode, at, fmt.Sprintf(format, arguments...))
}

// unsupported reports what AWS would run and this engine does not.
func (c *checker) unsupported(at, format string, arguments ...any) {
	c.keep(Diagnostic{Severity: SeverityWarning, Code: UnsupportedCode, Message: fmt.Sprintf(format, arguments...), Location: at})
}

func (c *checker) keep(d Diagnostic) {
	if len(c.found) < maxFindings {
		c.found = append(c.found, d)
	}
}

func (c *checker) failed() bool { return len(withSeverity(c.found, SeverityError)) > 0 }

// MaxSeconds bounds every time in seconds that a definition has, and every timeout (states-language.net, "Task State").
const MaxSeconds = 99_999_999

// maxName bounds names of states and variables, in characters.
const maxName = 80

// root checks a whole definition.
func (c *checker) root(o *value.Object) {
	language, _ := o.Get("QueryLanguage")
	c.machineJSONata = language != nil && language != pathLanguage
	c.machine("/", o, []field{
		{"Comment", text},
		{"QueryLanguage", oneOf(pathLanguage, dataLanguage)},
		{"StartAt", text},
		{"TimeoutSeconds", integer(0, MaxSeconds)},
		{"Version", oneOf("1.0")},
		{"States", states},
	})
}

// branch checks a branch of a Parallel state.
func branch(c *checker, at string, v any) {
	c.nested(at, v, []field{{"Comment", text}, {"StartAt", text}, {"States", states}})
}

// processor checks the processor of a Map state. The child executions of a
// distributed one may be Express, which are bound as Express machines are.
func processor(c *checker, at string, v any) {
	around := c.express
	o, _ := v.(*value.Object)
	config, _ := get(o, "ProcessorConfig").(*value.Object)
	inside := func(c *checker, at string, v any) {
		c.express = around || get(config, "ExecutionType") == "EXPRESS"
		states(c, at, v)
		c.express = around
	}
	c.nested(at, v, []field{
		{"Comment", text}, {"StartAt", text}, {"States", inside}, {"ProcessorConfig", processorConfig},
	})
}

func (c *checker) nested(at string, v any, fields []field) {
	o, ok := v.(*value.Object)
	if !ok {
		c.schema(at, "Expected value of type Object")
		return
	}
	c.machine(at, o, fields)
}

// machine checks what all machines have in common, and their fields. What is
// missing comes before what is too much, as in AWS's answers.
func (c *checker) machine(at string, o *value.Object, fields []field) {
	whole := c.required(at, o, "StartAt", "States")
	c.object(at, o, fields)
	if whole && !(c.partial && at == "/") {
		c.graph(at, o)
	}
}

func states(c *checker, at string, v any) {
	o, ok := v.(*value.Object)
	switch {
	case !ok:
		c.schema(at, "Expected value of type Object")
	case o.Len() == 0:
		c.schema(at, "Value cannot be empty")
	}
	for _, m := range o.Members() {
		c.name(member(at, m.Name), m.Name)
		c.state(member(at, m.Name), m.Value)
	}
}

// name checks a state's name, which has to be the only one of its kind in the
// whole state machine.
func (c *checker) name(at, name string) {
	switch {
	case name == "":
		c.add(InvalidNameCode, at, "Invalid State name: the name is empty")
	case utf8.RuneCountInString(name) > maxName:
		c.add(InvalidNameCode, at, "Invalid State name: State '"+name+"' exceeds the 80-character limit allowed by the service")
	case c.names[name]:
		c.add(DuplicateNameCode, at, "Duplicate State name: "+name)
	}
	c.names[name] = true
}

// maxLabel bounds a Map state's label, in characters.
const maxLabel = 40

// label checks the name that a distributed Map's runs carry in their ARNs (AWS
// documentation, "Using Map state in Distributed mode").
func label(c *checker, at string, v any) {
	s, ok := v.(string)
	switch {
	case !ok:
		c.schema(at, "Expected value of type String")
	case s == "":
		c.add(InvalidLabelCode, at, "Label cannot be empty")
	case utf8.RuneCountInString(s) > maxLabel:
		c.add(InvalidLabelCode, at, "Invalid Label name: '"+s+"' exceeds the 40-character limit allowed by the service")
	case strings.ContainsFunc(s, forbiddenInLabel):
		c.add(InvalidLabelCode, at, "Label contains invalid character: '"+visible(s[strings.IndexFunc(s, forbiddenInLabel):])+"'")
	case c.labels[s]:
		c.add(DuplicateLabelCode, at, "Duplicate Label name: "+s)
	}
	c.labels[s] = ok
}

func forbiddenInLabel(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("?*<>{}[]:;,\\|^~$#%&`\"/", r)
}

// visible writes the first character of text, with an escape if it has no shape
// of its own.
func visible(text string) string {
	r, _ := utf8.DecodeRuneInString(text)
	switch i := strings.IndexRune("\\\n\r\t", r); {
	case i >= 0:
		return `\` + `\nrt`[i:i+1]
	case unicode.IsPrint(r):
		return string(r)
	case r > 0xff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\x%02x`, r)
}

// assign checks the variables that a state sets.
func assign(c *checker, at string, v any) {
	template(c, at, v)
	o, ok := v.(*value.Object)
	if !ok && !c.isExpression(v) {
		c.schema(at, "Expected value of type Object")
	}
	for _, m := range o.Members() {
		name := m.Name
		if !c.jsonata {
			name = strings.TrimSuffix(name, ".$")
		}
		c.variable(at, name)
	}
}

// variable checks a variable's name (states-language.net, "Variables").
func (c *checker) variable(at, name string) {
	switch {
	case name == "states":
		c.add(ReservedVariableCode, at, "Cannot assign to reserved variable '$states'.")
	case !identifier(name):
		c.add(InvalidVariableCode, at, "Invalid variable name '"+name+"': the variable name contains invalid characters.")
	case utf8.RuneCountInString(name) > maxName:
		c.add(InvalidVariableCode, at, "Invalid variable name '"+name+"': the variable name exceeds the 80-character limit.")
	}
}

func identifier(name string) bool {
	for i, r := range name {
		part := unicode.In(r, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Pc)
		if !unicode.IsLetter(r) && r != '_' && (i == 0 || !part) {
			return false
		}
	}
	return name != ""
}

// target is a transition: to which state, and where it is written.
type target struct{ name, at string }

// graph checks that the transitions of one machine lead to states of that
// machine, that every state can be reached, and that the whole definition can
// come to an end.
func (c *checker) graph(at string, o *value.Object) {
	start, _ := get(o, "StartAt").(string)
	states, _ := get(o, "States").(*value.Object)
	if states.Len() == 0 {
		return
	}
	next := transitions(at, states)
	begin := target{start, member(at, "StartAt")}
	c.dangling(states, begin)
	for _, m := range states.Members() {
		c.dangling(states, next[m.Name]...)
	}
	if at == "/" && !ends(states) {
		c.add(MissingEndCode, "", "Workflow has no terminal state")
		return
	}
	seen := reach(begin.name, next)
	for _, m := range states.Members() {
		if !seen[m.Name] {
			c.add(MissingTargetCode, member(member(at, "States"), m.Name), `State "`+m.Name+`" is not reachable.`)
		}
	}
}

// dangling reports the targets that are no states. AWS calls each of them
// 'Next', whatever the field.
func (c *checker) dangling(states *value.Object, targets ...target) {
	for _, t := range targets {
		if !has(states, t.name) {
			c.add(MissingTargetCode, t.at, "Missing 'Next' target: "+t.name)
		}
	}
}

// transitions returns the targets of each state.
func transitions(at string, states *value.Object) map[string][]target {
	next := map[string][]target{}
	for _, m := range states.Members() {
		if o, ok := m.Value.(*value.Object); ok {
			next[m.Name] = targets(member(member(at, "States"), m.Name), o)
		}
	}
	return next
}

func targets(at string, o *value.Object) []target {
	var all []target
	for _, name := range []string{"Next", "Default"} {
		if to, ok := get(o, name).(string); ok {
			all = append(all, target{to, member(at, name)})
		}
	}
	for _, name := range []string{"Choices", "Catch"} {
		entries, _ := get(o, name).([]any)
		for i, entry := range entries {
			e, _ := entry.(*value.Object)
			if to, ok := get(e, "Next").(string); ok {
				all = append(all, target{to, member(element(member(at, name), i), "Next")})
			}
		}
	}
	return all
}

// ends reports whether any state is terminal. A state without a type or a
// transition is reported elsewhere, and counts as terminal here.
func ends(states *value.Object) bool {
	for _, m := range states.Members() {
		o, _ := m.Value.(*value.Object)
		kind := get(o, "Type")
		if get(o, "End") == true || kind == string(Succeed) || kind == string(Fail) || len(targets("", o)) == 0 {
			return true
		}
	}
	return false
}

// reach returns the states that can be reached from start.
func reach(start string, next map[string][]target) map[string]bool {
	seen := map[string]bool{start: true}
	for todo := []string{start}; len(todo) > 0; todo = todo[1:] {
		for _, t := range next[todo[0]] {
			if !seen[t.name] {
				seen[t.name] = true
				todo = append(todo, t.name)
			}
		}
	}
	return seen
}
