package cases

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// leftOut are members that depend on the machinery around the service.
var leftOut = map[string]bool{
	"SdkHttpMetadata": true, "SdkResponseMetadata": true, "stackTrace": true, "requestId": true,
	"inputDetails": true, "outputDetails": true, "roleArn": true,
}

// Matcher compares with the wildcards of one case.
type Matcher struct {
	any []*regexp.Regexp
	// unknown are members that the service did not have when it was recorded.
	unknown map[string]bool
}

// NewMatcher reads wildcards: plain text, where a * stands for a number.
func NewMatcher(wildcards []string) Matcher {
	var m Matcher
	for _, w := range wildcards {
		m.any = append(m.any, regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(w), `\*`, `\d+`)))
	}
	return m
}

// Diff tells where got differs from want, one line each; nothing where they
// match by the rules of the recordings.
func (m Matcher) Diff(want, got any) []string { return m.diff("", parsed(want), parsed(got)) }

func (m Matcher) diff(path string, want, got any) []string {
	if text, ok := want.(string); ok && m.wild(text) {
		return nil
	}
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			return m.members(path, want, got)
		}
	case []any:
		if got, ok := got.([]any); ok && len(got) == len(want) {
			return m.items(path, want, got)
		}
	default:
		if equal(want, got) {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s: want %s, got %s", path, show(want), show(got))}
}

// wild tells whether a wildcard occurs in text, as it is or as JSON writes it.
func (m Matcher) wild(text string) bool {
	written := string(encoded(text))
	return slices.ContainsFunc(m.any, func(re *regexp.Regexp) bool {
		return re.MatchString(text) || re.MatchString(written)
	})
}

func (m Matcher) members(path string, want, got map[string]any) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(want)) {
		g, ok := got[name]
		if !ok {
			out = append(out, fmt.Sprintf("%s/%s: missing, want %s", path, name, show(want[name])))
			continue
		}
		out = append(out, m.diff(path+"/"+name, want[name], g)...)
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; !ok && !m.unknown[name] {
			out = append(out, fmt.Sprintf("%s/%s: unexpected %s", path, name, show(got[name])))
		}
	}
	return out
}

func (m Matcher) items(path string, want, got []any) []string {
	var out []string
	for i := range want {
		out = append(out, m.diff(path+"/"+strconv.Itoa(i), want[i], got[i])...)
	}
	return out
}

func equal(want, got any) bool {
	a, isNumber := number(want)
	b, both := number(got)
	if isNumber && both {
		return a == b || math.Abs(a-b) <= 1e-12*math.Abs(a)
	}
	return want == got
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case float64:
		return v, true
	case int64:
		return float64(v), true
	}
	return 0, false
}

func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	if len(text) > 300 {
		return string(text[:300]) + "..."
	}
	return string(text)
}
