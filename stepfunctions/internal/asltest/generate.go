// Package asltest generates definitions of state machines and data for them,
// for property tests.
package asltest

import (
	"fmt"
	"strconv"

	"pgregory.net/rapid"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// Definition generates a definition that is valid: every state leads on to a
// later one, so that every execution ends.
func Definition() *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		g := &generator{t: t}
		return value.Append(nil, g.machine(2))
	})
}

// Input generates the kind of input that the definitions have paths for: an
// object with an array a and anything as b, and sometimes anything at all.
func Input() *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		g := &generator{t: t}
		if g.chance("anything", 10) {
			return g.data(3)
		}
		return g.record()
	})
}

func (g *generator) record() *value.Object {
	items := make([]any, rapid.IntRange(0, 4).Draw(g.t, "length"))
	for i := range items {
		items[i] = g.data(2)
	}
	return value.NewObject(member{Name: "a", Value: items}, member{Name: "b", Value: g.data(2)})
}

type generator struct {
	t     *rapid.T
	names int
}

type member = value.Member

func (g *generator) pick(label string, choices ...string) string {
	return rapid.SampledFrom(choices).Draw(g.t, label)
}

func (g *generator) chance(label string, percent int) bool {
	return rapid.IntRange(1, 100).Draw(g.t, label) <= percent
}

func (g *generator) number(label string, from, to int) any {
	return value.FromInt(int64(rapid.IntRange(from, to).Draw(g.t, label)))
}

func (g *generator) machine(depth int) *value.Object {
	names := make([]string, rapid.IntRange(1, 4).Draw(g.t, "states"))
	for i := range names {
		g.names++
		names[i] = "S" + strconv.Itoa(g.names)
	}
	states := make([]member, len(names))
	for i, name := range names {
		states[i] = member{Name: name, Value: g.state(names[i+1:], depth)}
	}
	return value.NewObject(member{Name: "StartAt", Value: names[0]}, member{Name: "States", Value: value.NewObject(states...)})
}

// state generates a state that goes on to one of the later states.
func (g *generator) state(later []string, depth int) *value.Object {
	kinds := []string{"Pass", "Task", "Wait"}
	if len(later) > 0 {
		kinds = append(kinds, "Choice")
	} else {
		kinds = append(kinds, "Succeed", "Fail")
	}
	if depth > 0 {
		kinds = append(kinds, "Parallel", "Map")
	}
	kind := g.pick("type", kinds...)
	members := append([]member{{Name: "Type", Value: kind}}, g.body(kind, later, depth)...)
	switch {
	case kind == "Choice" || kind == "Succeed" || kind == "Fail":
	case len(later) == 0:
		members = append(members, member{Name: "End", Value: true})
	default:
		members = append(members, member{Name: "Next", Value: g.pick("next", later...)})
	}
	return value.NewObject(members...)
}

func (g *generator) body(kind string, later []string, depth int) []member {
	switch kind {
	case "Pass":
		return g.pass()
	case "Task":
		return append(g.task(), g.errors(later)...)
	case "Wait":
		return []member{{Name: "Seconds", Value: g.number("seconds", 0, 5)}}
	case "Choice":
		return g.choices(later)
	case "Fail":
		return []member{{Name: "Error", Value: g.pick("error", errorNames...)}}
	case "Parallel":
		branches := make([]any, rapid.IntRange(1, 3).Draw(g.t, "branches"))
		for i := range branches {
			branches[i] = g.machine(depth - 1)
		}
		return append(g.errors(later), member{Name: "Branches", Value: branches})
	case "Map":
		return append(g.forEach(depth), g.errors(later)...)
	}
	return nil
}

var errorNames = []string{"E1", "E2", "States.Timeout"}

func (g *generator) data(depth int) any {
	kinds := []string{"null", "bool", "number", "text"}
	if depth > 0 {
		kinds = append(kinds, "array", "object", "object")
	}
	switch g.pick("kind", kinds...) {
	case "bool":
		return rapid.Bool().Draw(g.t, "bool")
	case "number":
		return g.number("number", -5, 100)
	case "text":
		return rapid.StringN(0, 8, 24).Draw(g.t, "text")
	case "array":
		items := make([]any, rapid.IntRange(0, 4).Draw(g.t, "length"))
		for i := range items {
			items[i] = g.data(depth - 1)
		}
		return items
	case "object":
		members := make([]member, rapid.IntRange(0, 4).Draw(g.t, "size"))
		for i := range members {
			members[i] = member{Name: fmt.Sprintf("%c", 'a'+i), Value: g.data(depth - 1)}
		}
		return value.NewObject(members...)
	}
	return nil
}
