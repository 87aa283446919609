package cases

import (
	"fmt"
	"maps"
	"slices"
)

// DiffHistory compares event histories: in order, with ids and details; where
// several orders are right, only how often each type occurs. The recorder
// has taken some events out of such histories; the last one's id tells.
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
