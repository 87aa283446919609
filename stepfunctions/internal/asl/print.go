package asl

import "example.org/asynchttpapi/stepfunctions/internal/asl/value"

// Print writes the definition as compact JSON, every member in the place it
// was read from: Parse of it gives the same tree.
func Print(m *Machine) []byte { return value.Append(nil, m.Source) }
