package cases

import (
	"encoding/json"
	"strings"
)

// parsed replaces every string that holds JSON by what it holds: the recorder
// did so for objects; for the rest it takes spacing out of the comparison.
func parsed(v any) any {
	switch v := v.(type) {
	case string:
		return parsedText(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, member := range v {
			if !leftOut[name] {
				out[name] = parsed(member)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = parsed(v[i])
		}
		return out
	}
	return v
}

func parsedText(s string) any {
	if !strings.HasPrefix(s, "{") && !strings.HasPrefix(s, "[") {
		return s
	}
	decoder := json.NewDecoder(strings.NewReader(s))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil || decoder.More() {
		return s
	}
	return parsed(v)
}
