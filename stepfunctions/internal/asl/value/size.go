package value

import (
	"encoding/json"
	"unicode/utf8"
)

// Fits tells whether v as compact JSON has at most limit bytes. It looks no
// further than it must to know.
func Fits(v any, limit int) bool { return remaining(v, limit) >= 0 }

// Left returns what is left of limit bytes after v as compact JSON, a negative
// number where v is longer. It looks no further than it must to know.
func Left(v any, limit int) int { return remaining(v, limit) }

// remaining is what is left of the limit after v; negative once it is exceeded.
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
	size := len(s) + 2
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f':
			size++
		case c < ' ':
			size += 5
		}
	}
	if !utf8.ValidString(s) {
		return len(appendString(nil, s))
	}
	return size
}
