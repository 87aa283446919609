package asltest

import (
	"slices"

	"pgregory.net/rapid"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// Broken generates a definition that was valid until some of its parts were
// dropped, doubled or exchanged for others.
func Broken() *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		g := &generator{t: t}
		var v any = g.machine(2)
		for range rapid.IntRange(1, 4).Draw(t, "mutations") {
			v = g.mutate(v)
		}
		return value.Append(nil, v)
	})
}

// mutate changes one place somewhere in v.
func (g *generator) mutate(v any) any {
	switch x := v.(type) {
	case *value.Object:
		if x.Len() > 0 && g.chance("descend", 85) {
			m := rapid.SampledFrom(x.Members()).Draw(g.t, "member")
			return x.With(m.Name, g.mutate(m.Value))
		}
		return g.mutateObject(x)
	case []any:
		if len(x) > 0 && g.chance("descend", 85) {
			i := rapid.IntRange(0, len(x)-1).Draw(g.t, "index")
			out := slices.Clone(x)
			out[i] = g.mutate(x[i])
			return out
		}
	}
	return g.odd()
}

func (g *generator) mutateObject(o *value.Object) any {
	members := slices.Clone(o.Members())
	if len(members) > 0 && g.chance("drop", 50) {
		i := rapid.IntRange(0, len(members)-1).Draw(g.t, "index")
		return value.NewObject(slices.Delete(members, i, i+1)...)
	}
	return o.With(g.pick("name", "Next", "End", "Type", "ResultPath", "InputPath", "ItemsPath", "TimeoutSecondsPath", "Catch",
		"ErrorPath", "MaxConcurrency", "MaxConcurrencyPath", "ToleratedFailurePercentagePath", "TimestampPath", "Iterator"), g.odd())
}

// odd returns a value that is likely to be of the wrong kind where it stands.
func (g *generator) odd() any {
	switch g.pick("odd", "text", "data", "path", "number") {
	case "text":
		return g.pick("word", "", "S1", "Map", "Choice", "Wait", "{% $x %}", "2024-01-01T00:00:00Z", "States.ALL", "DISTRIBUTED")
	case "path":
		return g.pick("path", append(paths, "$x", "States.ArrayRange(1, 50, 1)", "$.a[99]")...)
	case "number":
		return g.number("number", -100, 100_000)
	}
	return g.data(2)
}
