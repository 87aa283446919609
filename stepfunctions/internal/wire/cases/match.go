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

// digestMark stands for digests of messages in all recordings, which list it
// nowhere.
const digestMark = "<m-d5-of-message-body:*>"

// NewMatcher reads wildcards: plain text, where a * stands for a number.
func NewMatcher(wildcards []string) Matcher {
	var m Matcher
	for _, w := range append([]string{digestMark}, wildcards...) {
		m.any = append(m.any, regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(w), `\*`, `\d+`)))
	}
	return m
}

// Diff returns where got differs from want, one line each; nothing where they
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

// wild reports whether a wildcard occurs in text, as it is or as JSON writes it.
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

// DiffHistory compares event histories: in order, with ids and details; where
// several orders are right, only how often each type occurs. The recorder
// has taken some events out of such histories; the last one's id shows it.
func (m Matcher) DiffHistory(want, got []Event, concurrent bool) []string {
	exact := m.diffInOrder(want, got)
	if len(exact) == 0 || !concurrent {
		return exact
	}
	gaps := 0
	if n := len(want); n > 0 {
		gaps = max(0, int(want[n-1].ID)-n)
	}
	if d := diffTypes(want, got, gaps); len(d) > 0 {
		return append(d, exact...)
	}
	return nil
}

func (m Matcher) diffInOrder(want, got []Event) []string {
	var out []string
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			out = append(out, fmt.Sprintf("event %d: missing %s", i+1, want[i].Type))
		case i >= len(want):
			out = append(out, fmt.Sprintf("event %d: unexpected %s", i+1, got[i].Type))
		default:
			out = append(out, m.diffEvent(want[i], got[i])...)
		}
	}
	return out
}

func (m Matcher) diffEvent(want, got Event) []string {
	var out []string
	if want.ID != got.ID || want.Prev != got.Prev || want.Type != got.Type {
		out = append(out, fmt.Sprintf("event %d: want %s after %d, got %d %s after %d", want.ID, want.Type, want.Prev, got.ID, got.Type, got.Prev))
	}
	for _, line := range m.Diff(details(want), details(got)) {
		out = append(out, fmt.Sprintf("event %d %s %s", want.ID, want.Type, line))
	}
	return out
}

// details makes no difference between details without members and none.
func details(e Event) any {
	if e.Details == nil {
		return map[string]any{}
	}
	return e.Details
}

// diffTypes lets gaps events be there that are not wanted.
func diffTypes(want, got []Event, gaps int) []string {
	counts := map[string]int{}
	for _, e := range want {
		counts[e.Type]++
	}
	for _, e := range got {
		counts[e.Type]--
	}
	var out []string
	more := 0
	for _, n := range counts {
		more -= min(n, 0)
	}
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		if n := counts[kind]; n > 0 || n < 0 && more != gaps {
			out = append(out, fmt.Sprintf("%s: %d too %s", kind, max(n, -n), map[bool]string{true: "few", false: "many"}[n > 0]))
		}
	}
	return out
}
