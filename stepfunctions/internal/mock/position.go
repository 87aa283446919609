package mock

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// position returns line and column, from 1 and in characters, of an offset.
func position(text []byte, offset int) (line, column int) {
	before := text[:min(max(offset, 0), len(text))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[start:])
}

// offsetOf returns where the value of the member begins that path leads to, in a
// text that is JSON; 0 where there is none.
func offsetOf(text []byte, path []string) int {
	decoder := json.NewDecoder(bytes.NewReader(text))
	for _, name := range path {
		if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
			return 0
		}
		if !seek(decoder, name) {
			return 0
		}
	}
	at := int(decoder.InputOffset())
	return at + len(text[at:]) - len(bytes.TrimLeft(text[at:], ": \t\r\n"))
}

// seek reads an object up to the value of the named member.
func seek(decoder *json.Decoder, name string) bool {
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		if token == name {
			return true
		}
		var skipped json.RawMessage
		if decoder.Decode(&skipped) != nil {
			return false
		}
	}
	return false
}

// misspelled returns an error about a member that is meant to be one of those
// names, which would leave its tasks without mocks. Other members, such as
// comments, have no meaning.
func (f *File) misspelled(o *value.Object, path []string, names ...string) error {
	for _, m := range o.Members() {
		for _, name := range names {
			if m.Name != name && letters(m.Name) == letters(name) {
				return f.wrong(append(slices.Clone(path), m.Name), "it is written %s", name)
			}
		}
	}
	return nil
}

// letters returns a name in small letters, without a plural's s and what is no letter.
func letters(name string) string {
	only := strings.Map(func(r rune) rune {
		if r = unicode.ToLower(r); unicode.IsLetter(r) {
			return r
		}
		return -1
	}, name)
	return strings.TrimSuffix(only, "s")
}
