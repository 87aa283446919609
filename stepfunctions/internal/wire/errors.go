package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// Error is an error in the service's own terms: Type is the exception's name
// as the SDKs know it, Message what they show.
type Error struct {
	Type    string
	Message string
	// Reason and ResourceName are members that some exceptions carry besides.
	Reason       string
	ResourceName string
	// Status is the HTTP status; 0 stands for 400, which the service uses for
	// everything a caller can get wrong.
	Status int
}

func (f *Error) Error() string { return f.Type + ": " + f.Message }

// MarshalJSON writes the awsJson1_0 error body: __type, message, and the
// members of the exception.
func (f *Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Type         string `json:"__type"`
		Message      string `json:"message"`
		Reason       string `json:"reason,omitempty"`
		ResourceName string `json:"resourceName,omitempty"`
	}{f.Type, f.Message, f.Reason, f.ResourceName})
}

func (f *Error) status() int {
	if f.Status == 0 {
		return http.StatusBadRequest
	}
	return f.Status
}

func errorf(kind, format string, args ...any) *Error {
	return &Error{Type: kind, Message: fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *Error {
	return errorf("ValidationException", format, args...)
}

func invalidReason(reason, format string, args ...any) *Error {
	f := invalid(format, args...)
	f.Reason = reason
	return f
}

func invalidARN(detail, arn string) *Error {
	return errorf("InvalidArn", "Invalid Arn: '%s: %s'", detail, arn)
}

func noStateMachine(arn string) *Error {
	return errorf("StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", arn)
}

func noExecution(arn string) *Error {
	return errorf("ExecutionDoesNotExist", "Execution Does Not Exist: '%s'", arn)
}

func noResource(arn string) *Error {
	f := errorf("ResourceNotFound", "Resource not found: '%s'", arn)
	f.ResourceName = arn
	return f
}

func invalidToken() *Error {
	return errorf("InvalidToken", "Invalid Token: 'Invalid token'")
}

func malformed(format string, args ...any) *Error {
	return errorf("SerializationException", format, args...)
}

// limit is a parsed limit tag.
type limit struct {
	required, secret, bytes bool
	hasMin, hasMax          bool
	min, max                int
	enum                    []string
	pattern                 string
}

// length counts what the service counts: UTF-16 units as Java does, or bytes.
func (l limit) length(s string) int {
	if l.bytes {
		return len(s)
	}
	return len(utf16.Encode([]rune(s)))
}

func parseLimit(tag string) limit {
	var l limit
	for _, part := range strings.Split(tag, ",") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "required":
			l.required = true
		case "secret":
			l.secret = true
		case "bytes":
			l.bytes = true
		case "min":
			l.min, l.hasMin = number(value), true
		case "max":
			l.max, l.hasMax = number(value), true
		case "enum":
			l.enum = strings.Split(value, "|")
		case "pattern":
			l.pattern = value
		}
	}
	return l
}

// number reads a limit of a tag; a tag that does not parse gives 0, which the
// test over all inputs rejects.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

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

// err returns nil where nothing was found, otherwise the service's sentence about
// all of them.
func (v *violations) err() *Error {
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

// checkConstraints checks an input, a pointer to a struct, against its tags.
func checkConstraints(input any) *Error {
	var v violations
	v.structure("", reflect.ValueOf(input).Elem())
	return v.err()
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

type diagnostic struct {
	Severity string  `json:"severity"`
	Code     string  `json:"code"`
	Message  string  `json:"message"`
	Location *string `json:"location,omitempty"`
}

type validateOutput struct {
	Result      string       `json:"result"`
	Diagnostics []diagnostic `json:"diagnostics"`
	Truncated   bool         `json:"truncated"`
}

// maxDiagnostics is how many diagnostics are returned when the caller sets no bound.
const maxDiagnostics = 100

// validateStateMachineDefinition reports what AWS would: what only this engine cannot
// run is a warning, which has to be asked for.
func (s *service) validateStateMachineDefinition(_ context.Context, in *validateStateMachineDefinitionInput) (*validateOutput, error) {
	out := &validateOutput{Result: "OK", Diagnostics: []diagnostic{}}
	most := int(optional(in.MaxResults))
	if most == 0 {
		most = maxDiagnostics
	}
	for _, d := range asl.Validate([]byte(*in.Definition), s.engine.Validation(engine.Type(optional(in.Type)))) {
		switch {
		case d.Severity == asl.SeverityError:
			out.Result = "FAIL"
		case optional(in.Severity) != "WARNING":
			continue
		}
		if len(out.Diagnostics) == most {
			out.Truncated = true
			continue
		}
		out.Diagnostics = append(out.Diagnostics, diagnostic{string(d.Severity), d.Code, d.Message, present(d.Location)})
	}
	return out, nil
}
