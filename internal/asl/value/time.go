package value

import "time"

// Timestamp reads a timestamp of the states language: RFC 3339 with a capital T
// and, without a numeric offset, a capital Z (states-language.net,
// "Timestamps").
func Timestamp(v any) (t time.Time, ok bool) {
	text, ok := v.(string)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil
}
