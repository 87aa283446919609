package speakers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"example.org/asynchttpapi/api"
)

// checkSyntax returns ErrSyntax with a reason if body is not one JSON value.
// Strings that are not UTF-8 are refused (RFC 8259, section 8.1): decoding
// would replace their bytes silently.
func checkSyntax(body []byte) error {
	if !utf8.Valid(body) {
		return fmt.Errorf("%w: it is not valid UTF-8", ErrSyntax)
	}
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	return nil
}

// problems gathers what is wrong while a request is read.
type problems []api.FieldError

// add notes a problem. Pointers use the documented names, whatever case the
// request used; details never repeat a value, which may be personal.
func (ps *problems) add(pointer, detail string) {
	*ps = append(*ps, api.FieldError{Pointer: pointer, Detail: detail})
}

// object is a JSON object's members by their names in lower case.
type object map[string]json.RawMessage

// readObject splits a JSON object into its members. It reports a problem and
// returns false for anything else; null and an absent value count as empty.
func readObject(raw json.RawMessage, pointer string, found *problems) (object, bool) {
	if absent(raw) {
		return nil, true
	}
	if raw[0] != '{' {
		found.add(pointer, "must be a JSON object")
		return nil, false
	}
	members := object{}
	dec := json.NewDecoder(bytes.NewReader(raw))
	_, err := dec.Token() // the opening brace
	for err == nil && dec.More() {
		var name json.Token
		var value json.RawMessage
		if name, err = dec.Token(); err == nil {
			err = dec.Decode(&value)
		}
		if text, ok := name.(string); ok {
			members[strings.ToLower(text)] = value
		}
	}
	if err != nil {
		found.add(pointer, "cannot be read")
	}
	return members, err == nil
}

// absent reports whether a member was left out or is null.
func absent(raw json.RawMessage) bool {
	return len(raw) == 0 || string(raw) == "null"
}

// readPresentation reads all fields and reports every problem with them.
func readPresentation(body []byte, found *problems) Presentation {
	body = bytes.TrimSpace(body)
	if string(body) == "null" {
		found.add("", "must be a JSON object")
		return Presentation{}
	}
	top, ok := readObject(body, "", found)
	if !ok {
		return Presentation{}
	}
	var p Presentation
	if speaker, ok := readObject(top["speaker"], "/speaker", found); ok {
		p.Speaker = Speaker{
			Name:    readField(speaker, nameField, found),
			Email:   readField(speaker, emailField, found),
			Bio:     readField(speaker, bioField, found),
			Country: readField(speaker, countryField, found),
		}
	}
	p.Title = readField(top, titleField, found)
	p.Description = readField(top, descriptionField, found)
	p.Track = readField(top, trackField, found)
	return p
}

// readField reads one text field of obj and reports its first problem.
func readField(obj object, f field, found *problems) string {
	var value string
	if raw := obj[f.name()]; !absent(raw) {
		if json.Unmarshal(raw, &value) != nil {
			found.add(f.pointer, "must be a string")
			return ""
		}
	}
	if detail := f.problem(value); detail != "" {
		found.add(f.pointer, detail)
	}
	return value
}
