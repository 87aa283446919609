package asl

import (
	"bytes"
	"encoding/json"

	"asynchttpapi/internal/asl/value"
)

// Print writes the definition as compact JSON, every member in the place it
// was read from: Parse of it gives the same tree.
func Print(m *Machine) []byte { return value.Append(nil, m.Source) }

// Indent writes the definition for people to read, two spaces a level.
func Indent(m *Machine) []byte {
	var b bytes.Buffer
	// Compact JSON that we wrote ourselves cannot fail to be indented.
	_ = json.Indent(&b, Print(m), "", "  ")
	return b.Bytes()
}
