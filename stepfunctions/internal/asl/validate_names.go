package asl

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

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
