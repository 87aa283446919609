package interp_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"asynchttpapi/internal/asl/interp"
)

// allocated returns how many bytes f takes from the heap, those given back included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// wantAllocated fails the test where f takes more than this many times the
// service's limit of 256 KiB.
func wantAllocated(t *testing.T, limits uint64, f func()) {
	t.Helper()
	if got := allocated(f); got > limits<<18 {
		t.Errorf("took %d MiB, want at most %d", got>>20, limits>>2)
	}
}

// repeated is a list of so many copies of a text in which %d is the copy's number.
func repeated(n int, text string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = strings.ReplaceAll(text, "%d", fmt.Sprint(i))
	}
	return strings.Join(parts, ",")
}

// large is an input of nearly the service's limit.
var large = `{"a":"` + strings.Repeat("x", 250_000) + `"}`

// nested is a list in a list and so on; every level has a text of its own.
var nested = strings.Repeat(`["`+strings.Repeat("y", 400)+`",`, 500) + `1` + strings.Repeat(`]`, 500)

// A state's data are bounded while they are built, not when they are there.
func TestMemoryOfTemplates(t *testing.T) {
	const fields = 3000
	formats := repeated(fields, `"k%d.$":"States.Format('{}{}{}',$.a,$.a,$.a)"`)
	for _, c := range []struct{ name, state, input, want string }{
		{"Parameters", `{"Type":"Pass","Parameters":{` + formats + `},"End":true}`, large, "States.DataLimitExceeded"},
		{"Parameters of a task", `{"Type":"Task",` + function + `,"Parameters":{` + formats + `},"End":true}`, large, "States.DataLimitExceeded"},
		{"ResultSelector", `{"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}}],"ResultSelector":{` +
			strings.ReplaceAll(formats, "$.a", "$[0].a") + `},"End":true}`, large, "States.DataLimitExceeded"},
		{"Assign", `{"Type":"Pass","Assign":{` + formats + `},"End":true}`, large, "States.DataLimitExceeded"},
		{"ItemSelector", `{"Type":"Map","ItemsPath":"$.l","ItemSelector":{` + formats + `},"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}},"End":true}`,
			strings.Replace(large, "{", `{"l":[1,2,3],`, 1), "States.DataLimitExceeded"},
		{"arguments", `{"Type":"Pass","Parameters":{"n.$":"States.ArrayLength(States.Array(` +
			repeated(fields, `States.Format('{}%d',$.a)`) + `))"},"End":true}`, large, "States.Runtime"},
		{"arguments by paths", `{"Type":"Pass","Parameters":{"n.$":"States.ArrayLength(States.Array(` +
			repeated(fields, `$.concat($.a,$.a)`) + `))"},"End":true}`, large, "States.Runtime"},
		{"paths", `{"Type":"Pass","Parameters":{` + repeated(fields, `"k%d.$":"$..*"`) + `},"End":true}`, nested, "States.DataLimitExceeded"},
		{"a text of a path", `{"Type":"Pass","Parameters":{"t.$":"$.concat($..*,$..*)"},"End":true}`, nested, "States.Runtime"},
		{"a cause", `{"Type":"Pass","InputPath":"$..*","Parameters":{"t.$":"$.nowhere"},"End":true}`, nested, "States.Runtime"},
		{"a cause that shows a value", `{"Type":"Wait","SecondsPath":"$..*","End":true}`, nested, "States.Runtime"},
	} {
		t.Run(c.name, func(t *testing.T) {
			machine := parse(t, one(c.state))
			wantAllocated(t, 200, func() {
				r := interp.New(machine, sampleInfo)
				w := newWorld(r, nil)
				w.start(c.input)
				if o := r.Outcome(); o == nil || o.Error != c.want {
					t.Errorf("ended %+v, want %s", o, c.want)
				}
			})
		})
	}
}
