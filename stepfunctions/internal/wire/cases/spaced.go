package cases

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Spaced writes JSON as the recorder's language does, with a space after each
// comma and colon: the service hands an input through as it was written.
func Spaced(text json.RawMessage) string {
	var compact bytes.Buffer
	if json.Compact(&compact, text) != nil {
		return string(text)
	}
	var out strings.Builder
	quoted := false
	for i, b := range compact.Bytes() {
		out.WriteByte(b)
		if b == '"' && !escaped(compact.Bytes()[:i]) {
			quoted = !quoted
		}
		if !quoted && (b == ',' || b == ':') {
			out.WriteByte(' ')
		}
	}
	return out.String()
}

// escaped tells whether what follows text is escaped by an odd backslash.
func escaped(text []byte) bool {
	return (len(text)-len(bytes.TrimRight(text, `\`)))%2 == 1
}
