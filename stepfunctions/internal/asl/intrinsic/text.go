package intrinsic

import (
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// stringSplit splits at each of the second argument's characters and drops
// empty parts, as AWS does.
func stringSplit(in input) (any, error) {
	text, err := in.string(0)
	if err != nil {
		return nil, err
	}
	splitters, err := in.string(1)
	if err != nil {
		return nil, err
	}
	parts := []any{}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(splitters, r) }) {
		parts = append(parts, part)
	}
	return parts, nil
}

// format puts the arguments after the first into its placeholders {}.
func format(in input) (any, error) {
	template, err := in.string(0)
	if err != nil {
		return nil, err
	}
	if in.template != "" {
		template = in.template
	}
	var b strings.Builder
	next, err := in.fill(&b, template)
	if err != nil {
		return nil, err
	}
	if next != len(in.values) {
		return nil, in.fail("number of arguments do not match the occurrences of {}")
	}
	return b.String(), nil
}

// fill writes the template and gives the number of the first argument, counted
// from 0, that found no placeholder.
func (in input) fill(b *strings.Builder, template string) (int, error) {
	next := 1
	for i := 0; i < len(template); i++ {
		switch rest := template[i:]; {
		case len(rest) > 1 && rest[0] == '\\' && strings.IndexByte(`{}\`, rest[1]) >= 0:
			i++
			b.WriteByte(rest[1])
		case strings.HasPrefix(rest, "{}"):
			i++
			if next < len(in.values) {
				if err := in.writable(in.values[next], b.Len()); err != nil {
					return 0, err
				}
				b.WriteString(value.Java(in.values[next]))
			}
			next++
		case rest[0] == '{':
			return 0, in.fail("matching '}' not found for '{'")
		case rest[0] == '}':
			return 0, in.fail("matching '{' not found for '}'")
		default:
			b.WriteByte(rest[0])
		}
	}
	return next, nil
}
