package asl

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

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

// fieldsOf returns the fields that a type has besides those all have
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

// shaping returns the fields of a state that takes input and gives output.
func shaping() []field {
	return []field{{"InputPath", pathOrNull}, {"OutputPath", pathOrNull}, {"Output", template}}
}

// flow returns the fields of a state that others follow.
func flow() []field {
	return append(shaping(), field{"Next", text}, field{"End", boolean}, field{"Assign", assign})
}

// effective returns the fields of a state that has a result.
func effective() []field { return []field{{"Parameters", template}, {"ResultPath", resultPath}} }

// resilient returns the fields of a state that can fail.
func resilient() []field {
	return []field{{"ResultSelector", template}, {"Retry", anyList(retrier)}, {"Catch", anyList(catcher)}}
}

func taskFields() []field {
	return []field{
		{"Resource", resource},
		{"Arguments", template},
		{"Credentials", credentials},
		{"TimeoutSeconds", integer(1, MaxSeconds)},
		{"TimeoutSecondsPath", path},
		{"HeartbeatSeconds", integer(1, MaxSeconds)},
		{"HeartbeatSecondsPath", path},
	}
}

func waitFields() []field {
	return []field{
		{"Seconds", integer(0, MaxSeconds)},
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

// anything accepts any JSON.
func anything(*checker, string, any) {}

func text(c *checker, at string, v any) {
	if s, ok := v.(string); ok {
		c.expressionMarks(at, s)
		return
	}
	c.schema(at, "Expected value of type String")
}

// oneOf accepts these texts.
func oneOf(allowed ...string) check {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		switch {
		case !ok:
			c.schema(at, "Expected value of type [STRING]")
		case !slices.Contains(allowed, s):
			c.schema(at, "Value should be one of the following: [%s]", strings.Join(allowed, ", "))
		}
	}
}

func boolean(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.schema(at, "Expected value of type Boolean")
	}
}

// integer accepts a whole number within bounds, and in JSONata an expression.
func integer(low, high int64) check {
	return func(c *checker, at string, v any) {
		n, ok := value.Integer(v)
		switch {
		case c.isExpression(v):
		case !ok:
			c.schema(at, "Expected value of type Integer")
		case n < low:
			c.schema(at, "Minimum value is %d", low)
		case n > high:
			c.schema(at, "Maximum value is %d", high)
		}
	}
}

// number accepts a number that is not below low nor above high, which AWS words
// as Java writes a double.
func number(low, high float64) check {
	return func(c *checker, at string, v any) {
		n, ok := value.Number(v)
		switch {
		case c.isExpression(v):
		case !ok:
			c.schema(at, "Expected value of type Number")
		case n < low:
			c.schema(at, "Minimum value is %.1f", low)
		case n > high:
			c.schema(at, "Maximum value is %.1f", high)
		}
	}
}

// list accepts an array that is not empty, and looks at each element.
func list(each check) check {
	return func(c *checker, at string, v any) {
		if items, ok := c.items(at, v); ok && len(items) == 0 {
			c.schema(at, "Value cannot be empty")
		} else {
			c.each(at, items, each)
		}
	}
}

// anyList accepts an array, which may be empty.
func anyList(each check) check {
	return func(c *checker, at string, v any) {
		items, _ := c.items(at, v)
		c.each(at, items, each)
	}
}

func (c *checker) items(at string, v any) ([]any, bool) {
	items, ok := v.([]any)
	if !ok {
		c.schema(at, "Expected value of type Array")
	}
	return items, ok
}

func (c *checker) each(at string, items []any, look check) {
	for i, item := range items {
		look(c, element(at, i), item)
	}
}

func timestamp(c *checker, at string, v any) {
	if _, ok := value.Timestamp(v); !ok && !c.isExpression(v) {
		c.schema(at, "String does not match RFC3339 timestamp")
	}
}

// kindName returns what AWS calls the type of a value.
func kindName(v any) string {
	switch n := v.(type) {
	case nil:
		return "NULL"
	case bool:
		return "BOOLEAN"
	case string:
		return "STRING"
	case []any:
		return "ARRAY"
	case json.Number:
		if _, ok := value.Integer(n); ok {
			return "INTEGER"
		}
		return "FLOAT"
	}
	return "OBJECT"
}

// check looks at the value of a field at a location.
type check func(c *checker, at string, v any)

// field is a field that an object may have.
type field struct {
	name  string
	check check
}

// object checks that v is an object of these fields and gives it.
func (c *checker) object(at string, v any, fields []field) *value.Object {
	o, ok := v.(*value.Object)
	if !ok {
		c.schema(at, "Expected value of type Object")
		return nil
	}
	for _, m := range o.Members() {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == m.Name })
		if i < 0 {
			c.schema(at, "Field '%s' is not supported", m.Name)
			continue
		}
		fields[i].check(c, member(at, m.Name), m.Value)
	}
	return o
}

// required reports which of the names o lacks.
func (c *checker) required(at string, o *value.Object, names ...string) bool {
	missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return has(o, name) })
	if len(missing) > 0 {
		c.schema(at, "These fields are required: %s", listed(missing))
	}
	return len(missing) == 0
}

// exactlyOne reports an object with none or several of the names.
func (c *checker) exactlyOne(at string, o *value.Object, names ...string) {
	if !slices.ContainsFunc(names, func(name string) bool { return has(o, name) }) {
		c.schema(at, "This object should have only one of the following fields: %s", listed(names))
		return
	}
	c.atMostOne(at, o, names...)
}

// atMostOne reports an object with several of the names.
func (c *checker) atMostOne(at string, o *value.Object, names ...string) {
	present := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !has(o, name) })
	if len(present) > 1 {
		c.schema(at, "There should only be one of the following fields: %s", listed(names))
	}
}

// listed writes names in the order of a set of Java's, which AWS's answers show:
// [States, StartAt], [SecondsPath, Seconds, TimestampPath, Timestamp].
func listed(names []string) string {
	ordered := slices.Clone(names)
	slices.SortStableFunc(ordered, func(a, b string) int {
		return value.JavaBucket(value.JavaHash(a), len(names)) - value.JavaBucket(value.JavaHash(b), len(names))
	})
	return "[" + strings.Join(ordered, ", ") + "]"
}

func has(o *value.Object, name string) bool {
	_, ok := o.Get(name)
	return ok
}

// maxQuoted is how much of a definition AWS's JSON library quotes in an error.
const maxQuoted = 500

// jsonError returns the message of a syntax error as Jackson, the library behind AWS, does. Its
// position is behind the wrong word or character.
func jsonError(definition string, err *value.SyntaxError) Diagnostic {
	word := wrongWord(definition[min(err.Offset, len(definition)):])
	message := fmt.Sprintf("Unrecognized token '%s': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')", word)
	at := err.Offset + len(word)
	if word == "" {
		message, at = wrongCharacter(definition, err), err.Offset+1
	}
	location := fmt.Sprintf("[Source: (String)%s; %s]", quote(definition), position(definition, at))
	return Diagnostic{
		Severity: SeverityError, Code: InvalidJSONCode, Message: message + "\n at " + location, Location: location,
	}
}

// wrongWord returns the identifier that text starts with.
func wrongWord(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && r != '$' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(text)
	}
	if end > 0 && text[0] >= '0' && text[0] <= '9' {
		return ""
	}
	return text[:end]
}

func wrongCharacter(definition string, err *value.SyntaxError) string {
	if err.Offset >= len(definition) {
		return "Unexpected end-of-input: " + err.Reason
	}
	r, _ := utf8.DecodeRuneInString(definition[err.Offset:])
	return fmt.Sprintf("Unexpected character ('%c' (code %d)): %s", r, r, err.Reason)
}

// position counts lines and columns from 1, columns in characters.
func position(text string, offset int) string {
	before := text[:min(offset, len(text))]
	line := 1 + strings.Count(before, "\n")
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return fmt.Sprintf("line: %d, column: %d", line, column+1)
}

func quote(text string) string {
	runes := []rune(text)
	if len(runes) <= maxQuoted {
		return `"` + text + `"`
	}
	return fmt.Sprintf(`"%s"[truncated %d chars]`, string(runes[:maxQuoted]), len(runes)-maxQuoted)
}
