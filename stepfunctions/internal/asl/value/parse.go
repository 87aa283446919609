package value

import (
	"encoding/json"
	"fmt"
	"io"
)

// maxDepth bounds nesting, so that hostile input cannot exhaust the stack; it
// is the bound of the JSON library behind the service.
const maxDepth = 1000

// SyntaxError is a JSON text that cannot be read.
type SyntaxError struct {
	Offset int // byte offset of the first wrong byte
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Reason)
}

// Parse reads one JSON value, and nothing after it but white space.
func Parse(src []byte) (any, error) {
	return parse(src, nil)
}

// ParseStrict is Parse for texts written by people: duplicate is called with
// the JSON pointer of every member whose name its object already has.
func ParseStrict(src []byte, duplicate func(pointer string)) (any, error) {
	return parse(src, duplicate)
}

func parse(src []byte, duplicate func(string)) (any, error) {
	r := reader{src: src, duplicate: duplicate}
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	r.space()
	if r.at < len(r.src) {
		return nil, r.fail("text after the value")
	}
	return v, nil
}

type reader struct {
	src       []byte
	at        int
	duplicate func(pointer string)
	path      []string // kept only when duplicates are reported
}

func (r *reader) fail(reason string) error {
	if r.at >= len(r.src) {
		return &SyntaxError{Offset: r.at, Reason: io.ErrUnexpectedEOF.Error()}
	}
	return &SyntaxError{Offset: r.at, Reason: reason}
}

func (r *reader) space() {
	for r.at < len(r.src) {
		switch r.src[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// peek skips white space and gives the next byte, 0 at the end.
func (r *reader) peek() byte {
	r.space()
	if r.at < len(r.src) {
		return r.src[r.at]
	}
	return 0
}

func (r *reader) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, r.fail("nested too deeply")
	}
	switch c := r.peek(); {
	case c == '{':
		return r.object(depth)
	case c == '[':
		return r.array(depth)
	case c == '"':
		return r.string()
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	case c == 't':
		return true, r.word("true")
	case c == 'f':
		return false, r.word("false")
	case c == 'n':
		return nil, r.word("null")
	}
	return nil, r.fail("a value was expected")
}

func (r *reader) word(w string) error {
	if len(r.src)-r.at < len(w) || string(r.src[r.at:r.at+len(w)]) != w {
		return r.fail("unknown word")
	}
	r.at += len(w)
	return nil
}

func (r *reader) number() (json.Number, error) {
	start := r.at
	r.accept('-')
	if !r.accept('0') && !r.digits() {
		return "", r.fail("a digit was expected")
	}
	if r.accept('.') && !r.digits() {
		return "", r.fail("a digit was expected")
	}
	if r.accept('e') || r.accept('E') {
		if !r.accept('+') {
			r.accept('-')
		}
		if !r.digits() {
			return "", r.fail("a digit was expected")
		}
	}
	if string(r.src[start:r.at]) == "-0" {
		return "0", nil // as the service has it: integers have no sign of zero
	}
	return json.Number(r.src[start:r.at]), nil
}

func (r *reader) accept(c byte) bool {
	if r.at < len(r.src) && r.src[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *reader) digits() bool {
	start := r.at
	for r.at < len(r.src) && r.src[r.at] >= '0' && r.src[r.at] <= '9' {
		r.at++
	}
	return r.at > start
}
