package asl

import (
	"unicode/utf8"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// maxSeconds bounds every time in seconds (states-language.net, "Task State").
const maxSeconds = 99_999_999

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
		{"TimeoutSeconds", integer(0, maxSeconds)},
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
