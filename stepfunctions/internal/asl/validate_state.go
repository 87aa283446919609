package asl

import (
	"slices"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

func stateTypes() []string {
	return []string{
		string(Task), string(Pass), string(Choice), string(Wait), string(Succeed), string(Fail), string(Parallel), string(Map),
	}
}

func (c *checker) state(at string, v any) {
	outer := c.jsonata
	defer func() { c.jsonata = outer }() // the fields of a state around it follow
	o, ok := v.(*value.Object)
	if !ok {
		c.schema(at, "Expected value of type Object")
		return
	}
	if !c.required(at, o, "Type") {
		return
	}
	name, _ := o.Get("Type")
	kind, _ := name.(string)
	if !slices.Contains(stateTypes(), kind) {
		oneOf(stateTypes()...)(c, member(at, "Type"), name)
		return
	}
	if c.language(at, o) {
		c.foreign(at, o)
	}
	c.object(at, o, append(commonFields(), fieldsOf(Type(kind))...))
	c.rulesOf(Type(kind), at, o)
}

func commonFields() []field {
	return []field{{"Type", text}, {"Comment", text}, {"QueryLanguage", oneOf(pathLanguage, dataLanguage)}}
}

// fieldsOf gives the fields that a type has besides those all have
// (states-language.net, "State Types"; what AWS takes differs in nothing).
func fieldsOf(t Type) []field {
	switch t {
	case Pass:
		return slices.Concat(flow(), effective(), []field{{"Result", anything}})
	case Task:
		return slices.Concat(flow(), effective(), resilient(), taskFields())
	case Wait:
		return slices.Concat(flow(), waitFields())
	case Parallel:
		return slices.Concat(flow(), effective(), resilient(), []field{{"Arguments", template}, {"Branches", list(branch)}})
	case Map:
		return slices.Concat(flow(), effective(), resilient(), mapFields())
	case Choice:
		return append(shaping(), field{"Assign", assign}, field{"Choices", list(topRule)}, field{"Default", text})
	case Succeed:
		return shaping()
	case Fail:
		return []field{{"Error", text}, {"Cause", text}, {"ErrorPath", pathOrCall}, {"CausePath", pathOrCall}}
	}
	return nil
}

// shaping are the fields of a state that takes input and gives output.
func shaping() []field {
	return []field{{"InputPath", pathOrNull}, {"OutputPath", pathOrNull}, {"Output", template}}
}

// flow are the fields of a state that others follow.
func flow() []field {
	return append(shaping(), field{"Next", text}, field{"End", boolean}, field{"Assign", assign})
}

// effective are the fields of a state that has a result.
func effective() []field { return []field{{"Parameters", template}, {"ResultPath", resultPath}} }

// resilient are the fields of a state that can fail.
func resilient() []field {
	return []field{{"ResultSelector", template}, {"Retry", anyList(retrier)}, {"Catch", anyList(catcher)}}
}

func taskFields() []field {
	return []field{
		{"Resource", resource},
		{"Arguments", template},
		{"Credentials", credentials},
		{"TimeoutSeconds", integer(1, maxSeconds)},
		{"TimeoutSecondsPath", path},
		{"HeartbeatSeconds", integer(1, maxSeconds)},
		{"HeartbeatSecondsPath", path},
	}
}

func waitFields() []field {
	return []field{
		{"Seconds", integer(0, maxSeconds)},
		{"SecondsPath", path},
		{"Timestamp", timestamp},
		{"TimestampPath", path},
	}
}

// rulesOf checks the rules between the fields of a state.
func (c *checker) rulesOf(t Type, at string, o *value.Object) {
	switch t {
	case Pass, Task, Wait, Parallel, Map:
		c.transition(at, o)
	}
	switch t {
	case Task:
		c.taskRules(at, o)
	case Wait:
		c.exactlyOne(at, o, "SecondsPath", "Seconds", "TimestampPath", "Timestamp")
	case Choice:
		c.required(at, o, "Choices")
	case Parallel:
		c.required(at, o, "Branches")
		c.catchAllLast(at, o)
	case Map:
		c.mapRules(at, o)
	case Fail:
		c.atMostOne(at, o, "Error", "ErrorPath")
		c.atMostOne(at, o, "Cause", "CausePath")
	}
}

// transition checks that the state has a successor or ends its machine.
func (c *checker) transition(at string, o *value.Object) {
	end, _ := o.Get("End")
	next := has(o, "Next")
	switch {
	case next && end == true:
		c.schema(at, "There should only be one of the following fields: [Next, End]")
	case !next && end != true:
		c.schema(at, "This object should have only one of the following fields: [Next, End]")
	}
}
