package asl

import (
	"strconv"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// member and element give the locations of parts, as AWS writes them: names are
// not escaped, indexes are in brackets.
func member(at, name string) string {
	if at == "/" {
		return "/" + name
	}
	return at + "/" + name
}

func element(at string, i int) string { return at + "[" + strconv.Itoa(i) + "]" }

// locate turns a JSON pointer (RFC 6901) into root into a location.
func locate(root any, pointer string) string {
	at := "/"
	if pointer == "" {
		return at
	}
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for step := range strings.SplitSeq(pointer[1:], "/") {
		switch v := root.(type) {
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return member(at, step)
			}
			at, root = element(at, i), v[i]
		case *value.Object:
			name := unescape.Replace(step)
			at = member(at, name)
			root, _ = v.Get(name)
		default:
			at = member(at, step)
		}
	}
	return at
}
