package value

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how many arrays and objects may stand one in the other, so that
// hostile input cannot exhaust the stack; it is the bound of the JSON library
// behind the service.
const maxDepth = 1000

// Check returns the *SyntaxError of Parse, and builds nothing of a text that has none.
func Check(src []byte) error {
	if !json.Valid(src) {
		_, err := Parse(src) // says where it is wrong
		return err
	}
	depth := 0
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '"':
			i = endOfString(src, i+1)
		case '[', '{':
			if depth++; depth > maxDepth {
				return &SyntaxError{Offset: i, Reason: tooDeep}
			}
		case ']', '}':
			depth--
		}
	}
	return nil
}

// endOfString returns the offset of the quote that ends a string of a valid text.
func endOfString(src []byte, at int) int {
	for src[at] != '"' {
		if src[at] == '\\' {
			at++
		}
		at++
	}
	return at
}

const tooDeep = "nested in more than 1000 levels"

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

// ParseStrict is Parse for texts written by people: duplicate is called with the
// JSON pointer of every member whose name its object already has, and the offset
// of the name's quote.
func ParseStrict(src []byte, duplicate func(pointer string, offset int)) (any, error) {
	return parse(src, duplicate)
}

func parse(src []byte, duplicate func(string, int)) (any, error) {
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
	duplicate func(pointer string, offset int)
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

// peek skips white space and returns the next byte, 0 at the end.
func (r *reader) peek() byte {
	r.space()
	if r.at < len(r.src) {
		return r.src[r.at]
	}
	return 0
}

func (r *reader) value(depth int) (any, error) {
	switch c := r.peek(); {
	case depth >= maxDepth && (c == '{' || c == '['):
		return nil, r.fail(tooDeep)
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

// string reads a quoted string; bytes that are not UTF-8 and lone surrogates
// become U+FFFD, as encoding/json has it.
func (r *reader) string() (string, error) {
	r.at++
	start := r.at
	for r.at < len(r.src) {
		switch c := r.src[r.at]; {
		case c == '"':
			s := validUTF8(string(r.src[start:r.at]))
			r.at++
			return s, nil
		case c == '\\':
			return r.escaped(start)
		case c < ' ':
			return "", r.fail("a control character in a string")
		}
		r.at++
	}
	return "", r.fail("")
}

// escaped reads the rest of a string from its first escape on.
func (r *reader) escaped(start int) (string, error) {
	out := append([]byte(nil), r.src[start:r.at]...)
	for r.at < len(r.src) {
		c := r.src[r.at]
		switch {
		case c == '"':
			r.at++
			return validUTF8(string(out)), nil
		case c == '\\':
			var err error
			if out, err = r.escape(out); err != nil {
				return "", err
			}
			continue
		case c < ' ':
			return "", r.fail("a control character in a string")
		}
		out = append(out, c)
		r.at++
	}
	return "", r.fail("")
}

const escapes = `""\\//b` + "\b" + `f` + "\f" + `n` + "\n" + `r` + "\r" + `t` + "\t"

func (r *reader) escape(out []byte) ([]byte, error) {
	r.at++
	if r.at >= len(r.src) {
		return nil, r.fail("")
	}
	c := r.src[r.at]
	if c == 'u' {
		return r.unicode(out)
	}
	for i := 0; i < len(escapes); i += 2 {
		if escapes[i] == c {
			r.at++
			return append(out, escapes[i+1]), nil
		}
	}
	return nil, r.fail("an unknown escape")
}

func (r *reader) unicode(out []byte) ([]byte, error) {
	first, ok := r.hex(r.at + 1)
	if !ok {
		return nil, r.fail("four hexadecimal digits were expected")
	}
	r.at += 5
	if utf16.IsSurrogate(first) {
		if second, ok := r.lowSurrogate(); ok {
			if pair := utf16.DecodeRune(first, second); pair != utf8.RuneError {
				r.at += 6
				return utf8.AppendRune(out, pair), nil
			}
		}
		first = utf8.RuneError
	}
	return utf8.AppendRune(out, first), nil
}

func (r *reader) lowSurrogate() (rune, bool) {
	if r.at+1 < len(r.src) && r.src[r.at] == '\\' && r.src[r.at+1] == 'u' {
		return r.hex(r.at + 2)
	}
	return 0, false
}

func (r *reader) hex(from int) (rune, bool) {
	if from+4 > len(r.src) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(r.src[from:from+4]), 16, 32)
	return rune(n), err == nil
}

// validUTF8 puts U+FFFD for each byte that is not UTF-8.
func validUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string([]rune(s))
}

func (r *reader) array(depth int) ([]any, error) {
	r.at++
	items := []any{}
	if r.peek() == ']' {
		r.at++
		return items, nil
	}
	for {
		r.enter(strconv.Itoa(len(items)))
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		r.leave()
		items = append(items, v)
		if done, err := r.next(']'); done || err != nil {
			return items, err
		}
	}
}

func (r *reader) object(depth int) (*Object, error) {
	r.at++
	o := &Object{}
	if r.peek() == '}' {
		r.at++
		return o, nil
	}
	for {
		if err := r.member(o, depth); err != nil {
			return nil, err
		}
		if done, err := r.next('}'); done || err != nil {
			return o, err
		}
	}
}

func (r *reader) member(o *Object, depth int) error {
	if r.peek() != '"' {
		return r.fail("a member's name was expected")
	}
	began := r.at
	name, err := r.string()
	if err != nil {
		return err
	}
	if r.peek() != ':' {
		return r.fail("a colon was expected")
	}
	r.at++
	r.enter(name)
	if r.duplicate != nil && o.find(name) >= 0 {
		r.duplicate("/"+strings.Join(r.path, "/"), began)
	}
	v, err := r.value(depth + 1)
	if err != nil {
		return err
	}
	r.leave()
	o.put(name, v)
	return nil
}

// next reads what follows an item: a comma, or the end of the compound.
func (r *reader) next(end byte) (done bool, err error) {
	switch r.peek() {
	case ',':
		r.at++
		return false, nil
	case end:
		r.at++
		return true, nil
	}
	return false, r.fail("a comma or the end of the array or object was expected")
}

func (r *reader) enter(step string) {
	if r.duplicate != nil {
		r.path = append(r.path, PointerStep(step))
	}
}

func (r *reader) leave() {
	if r.duplicate != nil {
		r.path = r.path[:len(r.path)-1]
	}
}

// PointerStep escapes a member's name for a JSON pointer (RFC 6901).
func PointerStep(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
