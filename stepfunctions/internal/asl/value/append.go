package value

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Append writes v as compact JSON: members in order, numbers as they were
// read, nothing escaped that JSON does not require. It also takes the plain Go
// values int, int64, float64 and map-free slices that code builds by hand.
func Append(dst []byte, v any) []byte {
	switch t := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return fmt.Append(dst, t)
	case json.Number:
		return append(dst, t...)
	case string:
		return appendString(dst, t)
	case []any:
		return appendArray(dst, t)
	case *Object:
		return appendObject(dst, t)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return append(dst, "null"...)
	}
	return append(dst, b...)
}

// Text returns v as compact JSON.
func Text(v any) string { return string(Append(nil, v)) }

// Excerpt returns v as compact JSON, or where that is longer than limit bytes
// its first limit bytes, or a few less so that no character is cut. It writes
// about as much as it returns, and no more of a string than there is of it.
func Excerpt(v any, limit int) string {
	if Fits(v, limit) {
		return Text(v)
	}
	b := appendSome(nil, v, limit)
	end := min(limit, len(b))
	for end > 0 && end < len(b) && !utf8.RuneStart(b[end]) {
		end--
	}
	return string(b[:end])
}

// appendSome is Append, but stops once dst has more than limit bytes.
func appendSome(dst []byte, v any, limit int) []byte {
	switch t := v.(type) {
	case []any:
		dst = append(dst, '[')
		for i, item := range t {
			if len(dst) > limit {
				return dst
			}
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendSome(dst, item, limit)
		}
		return append(dst, ']')
	case *Object:
		dst = append(dst, '{')
		for i, m := range t.Members() {
			if len(dst) > limit {
				return dst
			}
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendString(dst, m.Name), ':')
			dst = appendSome(dst, m.Value, limit)
		}
		return append(dst, '}')
	}
	return Append(dst, v)
}

func appendArray(dst []byte, items []any) []byte {
	dst = append(dst, '[')
	for i, item := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = Append(dst, item)
	}
	return append(dst, ']')
}

func appendObject(dst []byte, o *Object) []byte {
	dst = append(dst, '{')
	for i, m := range o.Members() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, m.Name)
		dst = append(dst, ':')
		dst = Append(dst, m.Value)
	}
	return append(dst, '}')
}

const hexDigits = "0123456789abcdef"

// appendString escapes quotes, backslashes and control characters only; bytes
// that are not UTF-8 become U+FFFD, as encoding/json has it.
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(dst, s[start:i]...)
				dst = append(dst, "\uFFFD"...)
				start = i + 1
			}
			i += size
			continue
		}
		if c < ' ' || c == '"' || c == '\\' {
			dst = append(dst, s[start:i]...)
			dst = appendEscape(dst, c)
			start = i + 1
		}
		i++
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// Fits reports whether v as compact JSON has at most limit bytes. It looks no
// further than it must to know.
func Fits(v any, limit int) bool { return remaining(v, limit) >= 0 }

// Left returns what is left of limit bytes after v as compact JSON, a negative
// number where v is longer. It looks no further than it must to know.
func Left(v any, limit int) int { return remaining(v, limit) }

// remaining returns what is left of the limit after v; negative once it is exceeded.
func remaining(v any, limit int) int {
	if limit < 0 {
		return limit
	}
	switch t := v.(type) {
	case string:
		return limit - stringSize(t)
	case json.Number:
		return limit - len(t)
	case []any:
		limit -= 2 + max(len(t)-1, 0)
		for _, item := range t {
			limit = remaining(item, limit)
		}
		return limit
	case *Object:
		limit -= 2 + max(t.Len()-1, 0)
		for _, m := range t.Members() {
			limit = remaining(m.Value, limit-stringSize(m.Name)-1)
		}
		return limit
	}
	return limit - len(Append(nil, v))
}

func stringSize(s string) int {
	size, ascii := len(s)+2, true
	for i := 0; i < len(s); {
		if i+8 <= len(s) && plainBytes(s[i:i+8]) {
			i += 8
			continue
		}
		switch c := s[i]; {
		case c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f':
			size++
		case c < ' ':
			size += 5
		case c >= utf8.RuneSelf:
			ascii = false
		}
		i++
	}
	if !ascii && !utf8.ValidString(s) {
		return len(appendString(nil, s))
	}
	return size
}

// plainBytes reports whether eight bytes are ASCII that is written as it is. It
// looks at them together: sizes are taken of all that passes through a state.
func plainBytes(s string) bool {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	_ = s[7]
	w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	quote, backslash := w^ones*'"', w^ones*'\\'
	// Each term has a high bit set where a byte is 0x80 or more, below a space, or 0.
	return (w|(w-ones*' ')&^w|(quote-ones)&^quote|(backslash-ones)&^backslash)&high == 0
}
