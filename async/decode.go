package async

import (
	"bytes"
	"cmp"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.org/asynchttpapi/api"
)

// MaxDepth bounds how deep a body may nest.
const MaxDepth = 64

// utf8BOM precedes the text that some Windows programs write. RFC 8259, section
// 8.1, lets a reader ignore it.
var utf8BOM = []byte("\xef\xbb\xbf")

// CheckJSON returns an error for what is not one JSON value in UTF-8, and for
// what JSON allows but no two readers understand alike: a name that occurs twice
// in an object (RFC 8259, section 4), or more than MaxDepth levels. Its text
// names a position, never content, and may be shown to a client. A leading byte
// order mark is ignored.
func CheckJSON(body []byte) error {
	_, err := checkJSON(bytes.TrimPrefix(body, utf8BOM), nil)
	return err
}

// decodeJSON decodes a body into a T. Names match the members of a struct
// without regard to case, unknown ones are ignored, and every member of a wrong
// type is a problem: encoding/json alone reports the first. The error is that of
// CheckJSON.
func decodeJSON[T any](body []byte) (value T, problems []api.FieldError, err error) {
	body = bytes.TrimPrefix(body, utf8BOM)
	problems, err = checkJSON(body, reflect.TypeFor[T]())
	if err == nil && len(problems) == 0 {
		if err := unmarshal(body, &value); err != nil {
			problems = []api.FieldError{{Detail: "cannot be read"}}
		}
	}
	return value, problems, err
}

// unmarshal is json.Unmarshal for a text that is one value. A number that goes
// into an interface stays a json.Number: a float64 would lose digits.
func unmarshal(text []byte, value any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(value)
}

// malformed refuses a body for an error of CheckJSON.
func malformed(err error) *RequestError {
	text := err.Error()
	return &RequestError{Code: api.CodeMalformedRequest, Detail: strings.ToUpper(text[:1]) + text[1:] + "."}
}

// checkJSON reads a body without a byte order mark once: its syntax, and the types
// of its members where t is not nil.
func checkJSON(body []byte, t reflect.Type) ([]api.FieldError, error) {
	if !utf8.Valid(body) {
		return nil, errors.New("the body is not valid UTF-8")
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, errors.New("the body is empty")
	}
	w := &jsonWalk{body: body, dec: json.NewDecoder(bytes.NewReader(body))}
	w.dec.UseNumber() // a number is read where it means something, whatever its size
	err := w.value(t, "", 0)
	if err == nil {
		switch _, err = w.dec.Token(); {
		case errors.Is(err, io.EOF):
			return w.problems, nil
		case err == nil:
			err = errors.New("more than one value")
		}
	}
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("the body is not valid JSON at byte %d", w.dec.InputOffset())
	}
	return nil, fmt.Errorf("the body is not acceptable at byte %d: %w", w.dec.InputOffset(), err)
}

// jsonWalk reads the tokens of a body beside the type that they should have.
type jsonWalk struct {
	body     []byte
	dec      *json.Decoder
	problems []api.FieldError
}

func (w *jsonWalk) add(pointer, detail string) {
	w.problems = append(w.problems, api.FieldError{Pointer: pointer, Detail: detail})
}

var (
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// value reads one value. t is nil where nothing is expected of it.
func (w *jsonWalk) value(t reflect.Type, pointer string, depth int) error {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	start := w.dec.InputOffset()
	token, err := w.dec.Token()
	if err != nil {
		return err
	}
	custom := t != nil && decodesItself(t)
	inner := t
	if custom {
		inner = nil // its own method knows what is inside
	}
	switch token {
	case json.Delim('{'):
		err = w.object(inner, pointer, depth+1)
	case json.Delim('['):
		err = w.array(inner, pointer, depth+1)
	}
	if err != nil || t == nil {
		return err
	}
	if token == nil { // null counts as absent, as in encoding/json
		if pointer == "" && t.Kind() == reflect.Struct {
			w.add(pointer, "must be a JSON object")
		}
		return nil
	}
	if detail := mismatch(t, token, w.raw(start), custom); detail != "" {
		w.add(pointer, detail)
	}
	return nil
}

// raw is the text of the value that was read since the offset.
func (w *jsonWalk) raw(start int64) []byte {
	return bytes.TrimLeft(w.body[start:w.dec.InputOffset()], " \t\r\n:,")
}

// mismatch says what a value has to be, "" where it is.
func mismatch(t reflect.Type, token json.Token, raw []byte, custom bool) string {
	fits := func() bool { return json.Unmarshal(raw, reflect.New(t).Interface()) == nil }
	want := func(ok bool, detail string) string {
		if ok {
			return ""
		}
		return detail
	}
	_, text := token.(string)
	_, number := token.(json.Number)
	_, boolean := token.(bool)
	switch kind := t.Kind(); {
	case custom:
		return want(fits(), "is not of the form that is expected here")
	case t == reflect.TypeFor[json.Number]():
		return want(number || text && fits(), "must be a number")
	case kind == reflect.Struct, kind == reflect.Map:
		return want(token == json.Delim('{'), "must be a JSON object")
	case kind == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return want(text && fits(), "must be a string in base64")
	case kind == reflect.Slice, kind == reflect.Array:
		return want(token == json.Delim('['), "must be an array")
	case kind == reflect.String:
		return want(text, "must be a string")
	case kind == reflect.Bool:
		return want(boolean, "must be true or false")
	case kind == reflect.Float32, kind == reflect.Float64:
		return want(number && fits(), "must be a number")
	case kind == reflect.Interface:
		return ""
	default:
		return want(number && fits(), "must be a whole number within its bounds")
	}
}

func (w *jsonWalk) object(t reflect.Type, pointer string, depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("more than %d levels deep", MaxDepth)
	}
	seen := map[string]bool{}
	for w.dec.More() {
		token, err := w.dec.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		member, documented := memberOf(t, name)
		key := name
		if documented != "" {
			key = documented // a struct's names have no case
		}
		if seen[key] {
			return errors.New("a name occurs twice in an object")
		}
		seen[key] = true
		if documented == "" {
			documented = name
		}
		if err := w.value(member, pointer+"/"+escapePointer(documented), depth); err != nil {
			return err
		}
	}
	_, err := w.dec.Token()
	return err
}

func (w *jsonWalk) array(t reflect.Type, pointer string, depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("more than %d levels deep", MaxDepth)
	}
	var element reflect.Type
	if t != nil && (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) && t.Elem().Kind() != reflect.Uint8 {
		element = t.Elem()
	}
	for i := 0; w.dec.More(); i++ {
		if err := w.value(element, pointer+"/"+strconv.Itoa(i), depth); err != nil {
			return err
		}
	}
	_, err := w.dec.Token()
	return err
}

// memberOf returns the type of a member, and its documented name where t is a
// struct that has it: by its exact name or else without regard to case, as
// encoding/json finds it.
func memberOf(t reflect.Type, name string) (member reflect.Type, documented string) {
	switch {
	case t == nil:
		return nil, ""
	case t.Kind() == reflect.Map:
		return t.Elem(), ""
	case t.Kind() != reflect.Struct:
		return nil, ""
	}
	member, documented = fieldOf(t, name, func(a, b string) bool { return a == b })
	if documented == "" {
		member, documented = fieldOf(t, name, strings.EqualFold)
	}
	return member, documented
}

func fieldOf(t reflect.Type, name string, same func(a, b string) bool) (member reflect.Type, documented string) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Tag.Get("json") == "-" {
			continue
		}
		if f.Anonymous && tag == "" {
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				if m, d := fieldOf(inner, name, same); d != "" {
					return m, d
				}
				continue
			}
		}
		if !f.IsExported() {
			continue
		}
		if tag == "" {
			tag = f.Name
		}
		switch {
		case !same(tag, name):
		case slices.Contains(strings.Split(options, ","), "string"):
			return nil, tag // a string around the value: encoding/json checks it
		default:
			return f.Type, tag
		}
	}
	return nil, ""
}

var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

// escapePointer writes a name as a part of a JSON pointer (RFC 6901, section 3).
func escapePointer(name string) string { return pointerEscape.Replace(name) }

// undecided returns a problem for each truth value and number that an answer's type
// has and the answer has not, as the form for it asks for them: false and 0 are
// decisions. Texts may be left out, and so may what is a pointer or has omitempty
// or omitzero.
func undecided(t reflect.Type, answer []byte) (problems []api.FieldError) {
	var members map[string]json.RawMessage
	if json.Unmarshal(bytes.TrimPrefix(answer, utf8BOM), &members) != nil || members == nil {
		return nil // it is no object, which is a problem of its own where it should be one
	}
	for _, name := range decisions(t) {
		given := false
		for member, value := range members {
			given = given || strings.EqualFold(member, name) && string(value) != "null"
		}
		if !given {
			problems = append(problems, api.FieldError{Pointer: "/" + escapePointer(name), Detail: "is required"})
		}
	}
	return problems
}

// decisions returns the names of the truth values and numbers that a type must have.
func decisions(t reflect.Type) (names []string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || decodesItself(t) {
		return nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch kind := f.Type.Kind(); {
		case f.Anonymous && tag == "":
			names = append(names, decisions(f.Type)...)
		case !f.IsExported(), f.Tag.Get("json") == "-", strings.Contains(options, "omit"), decodesItself(f.Type):
		case kind == reflect.Bool, reflect.Int <= kind && kind <= reflect.Float64:
			names = append(names, cmp.Or(tag, f.Name))
		}
	}
	return names
}

// decodesItself reports whether a type has a method that decodes it.
func decodesItself(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(unmarshaler) || reflect.PointerTo(t).Implements(textUnmarshaler)
}
