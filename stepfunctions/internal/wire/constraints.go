package wire

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A member's `limit` tag holds the constraints that the service's model gives
// it, comma separated: required, min=N and max=N (length of a string or list,
// value of a number), bytes (length counts UTF-8 bytes), secret (the value is
// left out of messages), enum=A|B, pattern=NAME.
const limitTag = "limit"

// patterns are the regular expressions of the service's model, by the name
// that a limit tag uses: the service's text, and the same for Go.
var patterns = map[string]struct {
	text string
	re   *regexp.Regexp
}{
	"token":     {`[!-~]+`, regexp.MustCompile(`^[!-~]+$`)},
	"ascii":     {`\p{ASCII}*`, regexp.MustCompile(`^[\x00-\x7F]*$`)},
	"aliasName": {`^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$`, regexp.MustCompile(`^[0-9]*[a-zA-Z_.\-][a-zA-Z0-9_.\-]*$`)},
}

// violations collects what the constraints of an input object to.
type violations struct{ found []string }

// fault is nil where nothing was found, otherwise the service's sentence about
// all of them.
func (v *violations) fault() *Fault {
	switch n := len(v.found); n {
	case 0:
		return nil
	case 1:
		return invalid("1 validation error detected: %s", v.found[0])
	default:
		return invalid("%d validation errors detected: %s", n, strings.Join(v.found, "; "))
	}
}

func (v *violations) add(value, path, rule string) {
	v.found = append(v.found, fmt.Sprintf("Value%s at '%s' failed to satisfy constraint: Member must %s", value, path, rule))
}

// checkConstraints holds an input, a pointer to a struct, against its tags.
func checkConstraints(input any) *Fault {
	var v violations
	v.structure("", reflect.ValueOf(input).Elem())
	return v.fault()
}

func (v *violations) structure(path string, s reflect.Value) {
	for i := range s.NumField() {
		field := s.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		v.member(path+name, s.Field(i), parseLimit(field.Tag.Get(limitTag)))
	}
}

func (v *violations) member(path string, value reflect.Value, l limit) {
	if nilable(value) && value.IsNil() {
		if l.required {
			v.add(" null", path, "not be null")
		}
		return
	}
	if value.Kind() == reflect.Pointer {
		value = value.Elem()
	}
	switch value.Kind() {
	case reflect.String:
		v.text(path, value.String(), l)
	case reflect.Int64, reflect.Float64:
		v.number(path, value, l)
	case reflect.Slice:
		v.list(path, value, l)
	case reflect.Struct:
		v.structure(path+".", value)
	}
}

func nilable(value reflect.Value) bool {
	return value.Kind() == reflect.Pointer || value.Kind() == reflect.Slice
}

func (v *violations) text(path, s string, l limit) {
	shown := " '" + s + "'"
	if l.secret {
		shown = ""
	}
	switch n := l.length(s); {
	case l.hasMin && n < l.min:
		v.add(shown, path, fmt.Sprintf("have length greater than or equal to %d", l.min))
	case l.hasMax && n > l.max:
		v.add(shown, path, fmt.Sprintf("have length less than or equal to %d", l.max))
	}
	if l.enum != nil && !slices.Contains(l.enum, s) {
		v.add(shown, path, "satisfy enum value set: ["+strings.Join(l.enum, ", ")+"]")
	}
	if p, ok := patterns[l.pattern]; ok && !p.re.MatchString(s) {
		v.add(shown, path, "satisfy regular expression pattern: "+p.text)
	}
}

func (v *violations) number(path string, value reflect.Value, l limit) {
	n := value.Convert(reflect.TypeFor[float64]()).Float()
	shown := " '" + strconv.FormatFloat(n, 'f', -1, 64) + "'"
	switch {
	case l.hasMin && n < float64(l.min):
		v.add(shown, path, fmt.Sprintf("have value greater than or equal to %d", l.min))
	case l.hasMax && n > float64(l.max):
		v.add(shown, path, fmt.Sprintf("have value less than or equal to %d", l.max))
	}
}

func (v *violations) list(path string, value reflect.Value, l limit) {
	switch n := value.Len(); {
	case l.hasMin && n < l.min:
		v.add(fmt.Sprintf(" '%v'", value), path, fmt.Sprintf("have length greater than or equal to %d", l.min))
	case l.hasMax && n > l.max:
		v.add("", path, fmt.Sprintf("have length less than or equal to %d", l.max))
	}
	for i := range value.Len() {
		v.member(fmt.Sprintf("%s.%d.member", path, i+1), value.Index(i), limit{})
	}
}
