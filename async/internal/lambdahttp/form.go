package lambdahttp

import (
	"encoding"
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"unicode"

	"example.org/asynchttpapi/api"
)

// field is a member of an answer that a form has a control for.
type field struct {
	name, label string
	kind        fieldKind
	optional    bool
}

type fieldKind int

const (
	textField fieldKind = iota
	boolField
	wholeField
	numberField
)

// fieldsOf returns the flat members of an answer's type, and whether there are
// others, which no form has.
func fieldsOf(t reflect.Type) (fields []field, others bool) {
	t = elem(t)
	if t == nil || t.Kind() != reflect.Struct {
		return nil, t != nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		if f.Anonymous && tag == "" && elem(f.Type).Kind() == reflect.Struct {
			inner, more := fieldsOf(f.Type)
			fields, others = append(fields, inner...), others || more
			continue
		}
		if tag == "" {
			tag = f.Name
		}
		kind, flat := kindOf(f.Type)
		if !flat {
			others = true
			continue
		}
		optional := f.Type.Kind() == reflect.Pointer || strings.Contains(options, "omit")
		fields = append(fields, field{tag, label(tag), kind, optional})
	}
	return fields, others
}

func elem(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

var (
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	jsonUnmarshaler = reflect.TypeFor[json.Unmarshaler]()
)

// kindOf returns the control for a type. What decodes itself from text, such as
// a time, is typed as text.
func kindOf(t reflect.Type) (kind fieldKind, flat bool) {
	t = elem(t)
	switch {
	case reflect.PointerTo(t).Implements(textUnmarshaler):
		return textField, true
	case reflect.PointerTo(t).Implements(jsonUnmarshaler):
		return textField, false
	}
	switch t.Kind() {
	case reflect.Bool:
		return boolField, true
	case reflect.Float32, reflect.Float64:
		return numberField, true
	case reflect.String:
		return textField, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return wholeField, true
	}
	return textField, false
}

// label writes a member's name as people do: "firstName" as "First name".
func label(name string) string {
	var words strings.Builder
	for i, r := range name {
		switch {
		case i == 0:
			words.WriteRune(unicode.ToUpper(r))
		case r == '_' || r == '-':
			words.WriteRune(' ')
		case unicode.IsUpper(r):
			words.WriteRune(' ')
			words.WriteRune(unicode.ToLower(r))
		default:
			words.WriteRune(r)
		}
	}
	return words.String()
}

// answerOf returns the JSON of a form that was filled in. What cannot be
// converted stays text, and the decoding of the answer names it; what is left
// empty is left out, but for text.
func answerOf(t reflect.Type, form url.Values) []byte {
	fields, _ := fieldsOf(t)
	answer := map[string]any{}
	for _, f := range fields {
		if !form.Has(f.name) {
			continue
		}
		text := form.Get(f.name)
		if f.kind != textField {
			text = strings.TrimSpace(text)
		}
		switch {
		case text == "" && (f.kind != textField || f.optional):
		case f.kind == boolField:
			answer[f.name] = boolOf(text)
		case f.kind != textField && json.Valid([]byte(text)):
			answer[f.name] = json.RawMessage(text)
		default:
			answer[f.name] = text
		}
	}
	out, err := json.Marshal(answer)
	if err != nil {
		panic(err) // there are texts, truth values and valid JSON in it
	}
	return out
}

// boolOf reads the words for true and false; "on" is a checkbox's.
func boolOf(text string) any {
	switch strings.ToLower(text) {
	case "true", "on", "yes", "1":
		return true
	case "false", "off", "no", "0":
		return false
	}
	return text
}

// problemsOf returns what is wrong with a field, and what is wrong with none.
func problemsOf(problems []api.FieldError, f field) string {
	for _, p := range problems {
		if p.Pointer == "/"+f.name {
			return p.Detail
		}
	}
	return ""
}
