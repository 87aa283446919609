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
	// Parse also takes hours of one digit, and commas before fractions.
	const hours, fraction = len("2006-01-02T15"), len("2006-01-02T15:04:05")
	return t, err == nil && text[hours] == ':' && text[fraction] != ','
}
