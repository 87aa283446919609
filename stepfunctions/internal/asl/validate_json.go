package asl

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// maxQuoted is how much of a definition AWS's JSON library quotes in an error.
const maxQuoted = 500

// jsonError words a syntax error as Jackson, the library behind AWS, does. Its
// position is behind the wrong word or character.
func jsonError(definition string, err *value.SyntaxError) Diagnostic {
	word := wrongWord(definition[min(err.Offset, len(definition)):])
	message := fmt.Sprintf("Unrecognized token '%s': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')", word)
	at := err.Offset + len(word)
	if word == "" {
		message, at = wrongCharacter(definition, err), err.Offset+1
	}
	location := fmt.Sprintf("[Source: (String)%s; %s]", quote(definition), position(definition, at))
	return Diagnostic{
		Severity: SeverityError, Code: InvalidJSONCode, Message: message + "\n at " + location, Location: location,
	}
}

// wrongWord is the identifier that text starts with.
func wrongWord(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && r != '$' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(text)
	}
	if end > 0 && text[0] >= '0' && text[0] <= '9' {
		return ""
	}
	return text[:end]
}

func wrongCharacter(definition string, err *value.SyntaxError) string {
	if err.Offset >= len(definition) {
		return "Unexpected end-of-input: " + err.Reason
	}
	r, _ := utf8.DecodeRuneInString(definition[err.Offset:])
	return fmt.Sprintf("Unexpected character ('%c' (code %d)): %s", r, r, err.Reason)
}

// position counts lines and columns from 1, columns in characters.
func position(text string, offset int) string {
	before := text[:min(offset, len(text))]
	line := 1 + strings.Count(before, "\n")
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return fmt.Sprintf("line: %d, column: %d", line, column+1)
}

func quote(text string) string {
	runes := []rune(text)
	if len(runes) <= maxQuoted {
		return `"` + text + `"`
	}
	return fmt.Sprintf(`"%s"[truncated %d chars]`, string(runes[:maxQuoted]), len(runes)-maxQuoted)
}
