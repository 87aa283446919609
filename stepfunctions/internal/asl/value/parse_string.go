package value

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

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
