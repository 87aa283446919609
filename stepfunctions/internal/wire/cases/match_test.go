package cases_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/wire/cases"
)

func TestDiff(t *testing.T) {
	m := cases.NewMatcher([]string{"<uuid:*>", "date"})
	for _, c := range []struct {
		title     string
		want, got any
		differs   bool
	}{
		{"equal", map[string]any{"a": "b"}, map[string]any{"a": "b"}, false},
		{"text is JSON", map[string]any{"a": map[string]any{"b": json.Number("1")}}, map[string]any{"a": `{"b": 1.0}`}, false},
		{"spacing of lists", `[1, 2]`, `[1,2]`, false},
		{"wildcard", "x <uuid:7> y", "anything", false},
		{"wildcard wants a number", "<uuid:x>", "anything", true},
		{"left out", map[string]any{"requestId": "a"}, map[string]any{"requestId": "b"}, false},
		{"missing", map[string]any{"a": "b"}, map[string]any{}, true},
		{"unexpected", map[string]any{}, map[string]any{"a": "b"}, true},
		{"other length", []any{"a"}, []any{}, true},
		{"other item", []any{"a"}, []any{"b"}, true},
		{"other type", "1", json.Number("1"), true},
		{"null is not absent", map[string]any{"a": nil}, map[string]any{}, true},
		{"numbers by value", json.Number("10"), json.Number("1e1"), false},
	} {
		t.Run(c.title, func(t *testing.T) {
			if d := m.Diff(c.want, c.got); (len(d) > 0) != c.differs {
				t.Errorf("differs: %v", d)
			}
		})
	}
}

func TestDiffHistory(t *testing.T) {
	m := cases.NewMatcher(nil)
	want := []cases.Event{{ID: 1, Type: "A"}, {ID: 2, Prev: 1, Type: "B", Details: map[string]any{"x": "1"}}}
	swapped := []cases.Event{{ID: 1, Type: "B"}, {ID: 2, Prev: 1, Type: "A"}}
	for _, c := range []struct {
		title      string
		got        []cases.Event
		concurrent bool
		differs    bool
	}{
		{"same", want, false, false},
		{"other order", swapped, false, true},
		{"other legal order", swapped, true, false},
		{"one missing", want[:1], true, true},
		{"one more", append(want[:2:2], want[0]), true, true},
	} {
		t.Run(c.title, func(t *testing.T) {
			if d := m.DiffHistory(want, c.got, c.concurrent); (len(d) > 0) != c.differs {
				t.Errorf("differs: %v", d)
			}
		})
	}
}

func TestSpaced(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":[1,2],"b":"x,y:z\",\\"}`: `{"a": [1, 2], "b": "x,y:z\",\\"}`,
		`null`:                         `null`,
		`not JSON`:                     `not JSON`,
	} {
		if got := cases.Spaced(json.RawMessage(in)); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func notRunnable(c cases.Case) string {
	if !c.Consistent() {
		return "its input is not the recording's"
	}
	return ""
}

// unlessRefused judges a definition that was not accepted: rejecting what is
// not supported is no failure, and is counted apart.
func unlessRefused(c cases.Case, err error) cases.Verdict {
	api := smithy.APIError(nil)
	if !errors.As(err, &api) {
		return failed(c, err.Error())
	}
	// Recordings of activities have a placeholder for the resource, which is no ARN.
	activity := strings.Contains(c.ID, "activities.") && strings.Contains(api.ErrorMessage(), "not a valid resource ARN")
	if activity || strings.Contains(api.ErrorMessage(), asl.UnsupportedCode) {
		return cases.Verdict{Case: c, Result: cases.Refused, Why: api.ErrorMessage()}
	}
	return failed(c, err.Error())
}

func failed(c cases.Case, why string) cases.Verdict {
	return cases.Verdict{Case: c, Result: cases.Failed, Why: why}
}

func judge(c cases.Case, differences []string) cases.Verdict {
	if len(differences) == 0 {
		return cases.Verdict{Case: c, Result: cases.Passed}
	}
	const shown = 6
	more := ""
	if n := len(differences); n > shown {
		differences, more = differences[:shown], fmt.Sprintf("\n    and %d more", n-shown)
	}
	return failed(c, strings.Join(differences, "\n    ")+more)
}
