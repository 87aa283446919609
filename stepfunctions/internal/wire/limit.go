package wire

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

// limit is a parsed limit tag.
type limit struct {
	required, secret, bytes bool
	hasMin, hasMax          bool
	min, max                int
	enum                    []string
	pattern                 string
}

// length counts what the service counts: UTF-16 units as Java does, or bytes.
func (l limit) length(s string) int {
	if l.bytes {
		return len(s)
	}
	return len(utf16.Encode([]rune(s)))
}

func parseLimit(tag string) limit {
	var l limit
	for _, part := range strings.Split(tag, ",") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "required":
			l.required = true
		case "secret":
			l.secret = true
		case "bytes":
			l.bytes = true
		case "min":
			l.min, l.hasMin = number(value), true
		case "max":
			l.max, l.hasMax = number(value), true
		case "enum":
			l.enum = strings.Split(value, "|")
		case "pattern":
			l.pattern = value
		}
	}
	return l
}

// number reads a limit of a tag; a tag that does not parse gives 0, which the
// test over all inputs refuses.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
