package interp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

func (c *recorded) compareHistory(t *testing.T, got []interp.Event) {
	t.Helper()
	if c.unordered() {
		c.compareTypes(t, got)
		return
	}
	for i, want := range c.History {
		if i >= len(got) {
			t.Errorf("event %d: missing, want %s", i+1, want.Type)
			continue
		}
		g := got[i]
		if text(want.ID) != fmt.Sprint(g.ID) || text(want.Prev) != fmt.Sprint(g.Previous) && !c.mapRunExit(want) || want.Type != g.Type {
			t.Errorf("event %d: got %d %d %s, want %s %s %s", i+1, g.ID, g.Previous, g.Type, text(want.ID), text(want.Prev), want.Type)
		}
		details := map[string]any{}
		for name, v := range g.Details {
			details[name] = parsedInside(v)
		}
		if !c.sameMembers(want.Details, details) {
			t.Errorf("event %d %s: got %s\nwant %s", i+1, g.Type, text(details), text(want.Details))
		}
	}
	for i := len(c.History); i < len(got); i++ {
		t.Errorf("event %d: unexpected %s", i+1, got[i].Type)
	}
}

// mapRunExit reports whether e is the exit of a distributed Map. Until the middle
// of 2024 it followed the end of the Map Run, as here; in later recordings it
// follows the Map Run's start.
func (c *recorded) mapRunExit(e recordedEvent) bool {
	return e.Type == "MapStateExited" && slices.ContainsFunc(c.History, func(e recordedEvent) bool { return e.Type == "MapRunStarted" })
}

// unordered reports whether several orders of events are legal: the recorder
// then has lists for ids.
func (c *recorded) unordered() bool {
	return slices.ContainsFunc(c.History, func(e recordedEvent) bool { _, list := e.ID.([]any); return list })
}

func (c *recorded) compareTypes(t *testing.T, got []interp.Event) {
	t.Helper()
	count := map[string]int{}
	for _, e := range c.History {
		count[e.Type]++
	}
	for _, e := range got {
		// The recorder left these out where it sorted events.
		if !strings.HasSuffix(e.Type, "StateSucceeded") && e.Type != "ParallelStateFailed" {
			count[e.Type]--
		}
	}
	for kind, n := range count {
		if n > 0 && kind != "ParallelStateStarted" {
			t.Errorf("%s: %d too few", kind, n)
		}
	}
}
