package asl

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/intrinsic"
	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// path checks a JSONPath.
func path(c *checker, at string, v any) { c.path(at, v) }

func (c *checker) path(at string, v any) *jsonpath.Path {
	s, ok := v.(string)
	if !ok {
		c.schema(at, "Expected value of type String")
		return nil
	}
	p, err := jsonpath.Parse(s)
	if err != nil {
		c.schema(at, "Value must be a valid JSONPath.")
		return nil
	}
	return p
}

// pathOrNull accepts a JSONPath or null.
func pathOrNull(c *checker, at string, v any) {
	if v != nil {
		c.path(at, v)
	}
}

// resultPath accepts a Reference Path into the state's input, or null.
func resultPath(c *checker, at string, v any) {
	if v == nil {
		return
	}
	c.reference(at, v, jsonpath.Input)
}

// numberPath accepts a Reference Path to a number that bounds a Map state. Of a
// Map's paths AWS lets ItemsPath alone be into the context object.
func numberPath(c *checker, at string, v any) { c.reference(at, v, jsonpath.Input, jsonpath.Variable) }

// reference accepts a Reference Path, one that names a single value by names and
// indexes, with one of these roots.
func (c *checker) reference(at string, v any, roots ...jsonpath.RootKind) {
	p := c.path(at, v)
	if p != nil && (!p.Reference() || !slices.Contains(roots, p.Root().Kind)) {
		c.schema(at, "Value is not a Reference Path")
	}
}

// comparedPath accepts the path to a value that a Choice rule compares.
func comparedPath(c *checker, at string, v any) {
	s, ok := v.(string)
	if !ok {
		c.schema(at, "Expected value of type String")
		return
	}
	if !strings.HasPrefix(s, "$") {
		c.schema(at, "Value is not a Reference Path: Reference path didn't start with '$'")
		return
	}
	var syntax *jsonpath.SyntaxError
	if _, err := jsonpath.Parse(s); errors.As(err, &syntax) {
		c.schema(at, "Value is not a Reference Path: %s", syntax.Reason)
	}
}

// pathOrCall accepts a JSONPath or an intrinsic function's call.
func pathOrCall(c *checker, at string, v any) {
	s, ok := v.(string)
	switch {
	case !ok:
		c.schema(at, "Expected value of type String")
	case unreadableExpression(s) != nil:
		c.schema(at, "Value must be a valid JSONPath or a valid intrinsic function call")
	}
}

func unreadableExpression(text string) error {
	if intrinsic.Looks(text) {
		_, err := intrinsic.Parse(text)
		return err
	}
	if !strings.HasPrefix(text, "$") {
		return errors.New("neither a path nor a call")
	}
	_, err := jsonpath.Parse(text)
	return err
}

// template accepts a payload template (states-language.net, "Payload Template"):
// any JSON in which the members whose names end in ".$" hold expressions. In
// JSONata the names mean nothing, but texts may be expressions.
func template(c *checker, at string, v any) {
	switch v := v.(type) {
	case *value.Object:
		for _, m := range v.Members() {
			if !c.jsonata && strings.HasSuffix(m.Name, ".$") {
				c.templateMember(at, m)
				continue
			}
			template(c, member(at, m.Name), m.Value)
		}
	case []any:
		c.each(at, v, template)
	case string:
		c.expressionMarks(at, v)
	}
}

func (c *checker) templateMember(at string, m value.Member) {
	s, ok := m.Value.(string)
	switch {
	case !ok:
		c.schema(at, "The value for the field '%s' must be a STRING that contains a JSONPath but was an %s", m.Name, kindName(m.Value))
	case unreadableExpression(s) != nil:
		c.schema(at, "The value for the field '%s' must be a valid JSONPath or a valid intrinsic function call", m.Name)
	}
}

const (
	pathLanguage = "JSONPath"
	dataLanguage = "JSONata"
)

// language finds out a state's query language: its own, or else the machine's;
// the state around it has no say. AWS takes any value but "JSONPath" for
// JSONata, while it rejects the value. A downgrade is reported; ok is then
// false, for the state's fields would be judged by the wrong language.
func (c *checker) language(at string, o *value.Object) (ok bool) {
	own, written := o.Get("QueryLanguage")
	c.jsonata = c.machineJSONata
	if written {
		c.jsonata = own != pathLanguage
	}
	if c.machineJSONata && !c.jsonata {
		c.schema(at, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
		return false
	}
	if c.jsonata && !c.jsonataReported {
		where := at
		if written {
			where = member(at, "QueryLanguage")
		}
		c.jsonataReported = true // one finding says it for all states
		c.unsupported(where, "The query language JSONata is not supported: write the state in JSONPath")
	}
	return true
}

// foreign reports the fields of o that belong to the other query language.
func (c *checker) foreign(at string, o *value.Object) {
	mine, other, names := pathLanguage, dataLanguage, dataFields()
	if c.jsonata {
		mine, other, names = dataLanguage, pathLanguage, pathFields()
	}
	for _, name := range names {
		if has(o, name) {
			c.schema(at, "The QueryLanguage is set to '%s', but field '%s' is only supported for the '%s' QueryLanguage", mine, name, other)
		}
	}
}

// pathFields returns the fields that only JSONPath has.
func pathFields() []string {
	return []string{
		"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Result", "ItemsPath",
		"TimeoutSecondsPath", "HeartbeatSecondsPath", "SecondsPath", "TimestampPath", "MaxConcurrencyPath",
		"ToleratedFailurePercentagePath", "ToleratedFailureCountPath", "ErrorPath", "CausePath",
		"MaxItemsPerBatchPath", "MaxInputBytesPerBatchPath",
	}
}

// dataFields returns the fields that only JSONata has.
func dataFields() []string { return []string{"Arguments", "Output", "Items"} }

// isExpression reports whether v is an expression where JSONata may have one.
func (c *checker) isExpression(v any) bool {
	s, ok := v.(string)
	return ok && c.jsonata && isJSONata(s)
}

// expressionMarks reports a text that starts like an expression of JSONata and
// does not end like one.
func (c *checker) expressionMarks(at, s string) {
	if c.jsonata && strings.HasPrefix(s, "{%") && !strings.HasSuffix(s, "%}") {
		c.schema(at, "JSONata string must start with {%% and end with %%}")
	}
}

// member and element give the locations of parts, as AWS writes them: names are
// not escaped, indexes are in brackets.
func member(at, name string) string {
	if at == "/" {
		return "/" + name
	}
	return at + "/" + name
}

func element(at string, i int) string { return at + "[" + strconv.Itoa(i) + "]" }

// locate turns a JSON pointer (RFC 6901) into root into a location.
func locate(root any, pointer string) string {
	at := "/"
	if pointer == "" {
		return at
	}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for step := range strings.SplitSeq(pointer[1:], "/") {
		switch v := root.(type) {
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return member(at, step)
			}
			at, root = element(at, i), v[i]
		case *value.Object:
			name := unescape.Replace(step)
			at = member(at, name)
			root, _ = v.Get(name)
		default:
			at = member(at, step)
		}
	}
	return at
}
