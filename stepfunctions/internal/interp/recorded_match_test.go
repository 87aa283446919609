package interp_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

func (c *recorded) compareOutcome(t *testing.T, o interp.Outcome) {
	t.Helper()
	got := map[string]any{"status": o.Status, "output": parsed(string(o.Output)), "error": parsed(o.Error), "cause": parsed(o.Cause)}
	want := map[string]any{"status": c.Expected.Status, "output": c.Expected.Output, "error": c.Expected.Error, "cause": c.Expected.Cause}
	for name := range want {
		if want[name] == nil && got[name] == "" {
			continue
		}
		if !c.matches(want[name], got[name]) {
			t.Errorf("%s: got %s\nwant %s", name, text(got[name]), text(want[name]))
		}
	}
}

// parsedInside does to every string what the recorder did.
func parsedInside(v any) any {
	switch x := v.(type) {
	case string:
		return parsed(x)
	case map[string]any:
		out := map[string]any{}
		for name, inner := range x {
			out[name] = parsedInside(inner)
		}
		return out
	}
	return v
}

// parsed does to a string what the recorder did.
func parsed(s string) any {
	if !strings.HasPrefix(s, "{") {
		return s
	}
	var v any
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return s
	}
	return v
}

func (c *recorded) matches(want, got any) bool {
	switch w := want.(type) {
	case string:
		return want == got || c.wild(w)
	case map[string]any:
		g, ok := got.(map[string]any)
		return ok && c.sameMembers(w, g)
	case []any:
		g, ok := got.([]any)
		if s, text := got.(string); text && !ok {
			var inside any
			return json.Unmarshal([]byte(s), &inside) == nil && c.matches(want, inside)
		}
		return ok && slices.EqualFunc(w, g, c.matches)
	case json.Number:
		return w.String() == fmt.Sprint(got)
	}
	return want == got
}

func (c *recorded) sameMembers(want, got map[string]any) bool {
	for name := range got {
		if _, ok := want[name]; !ok && !ignored[name] {
			return false
		}
	}
	for name, w := range want {
		g, ok := got[name]
		if !ignored[name] && (!ok || !c.matches(w, g)) {
			return false
		}
	}
	return true
}

// The members that the README has left out; the one that the recorder dropped
// from ExecutionStarted; and the one that contexts recorded before redrives
// existed do not have.
var ignored = map[string]bool{"SdkHttpMetadata": true, "SdkResponseMetadata": true, "stackTrace": true, "requestId": true, "roleArn": true,
	"RedriveCount": true}

func (c *recorded) wild(s string) bool {
	return slices.ContainsFunc(append(c.Wildcards, "<json-input:*>"), func(token string) bool {
		return token != "<lambda_function_name>" && strings.Contains(s, strings.TrimSuffix(token, "*>"))
	})
}
