package interp_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
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

// repeated returns a list of so many copies of a text in which %d is the copy's number.
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
		{"InputPath", `{"Type":"Pass","InputPath":"$..*","Parameters":{"t.$":"$.nowhere"},"End":true}`, nested, "States.DataLimitExceeded"},
		{"a cause that shows a value", `{"Type":"Wait","SecondsPath":"$..*","End":true}`, nested, "States.Runtime"},
	} {
		t.Run(c.name, func(t *testing.T) {
			machine := parse(t, one(c.state))
			wantAllocated(t, 200, func() {
				r := interp.New(machine, sampleInfo)
				w := newHarness(r, nil)
				w.start(c.input)
				if o := r.Outcome(); o == nil || o.Error != c.want {
					t.Errorf("ended %+v, want %s", o, c.want)
				}
			})
		})
	}
}

// theMap returns a machine of one Map state M, with these further fields, whose
// iterations start at T.
func theMap(fields, mode, states string) string {
	return `{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.l",` + fields + `,"ItemProcessor":{"ProcessorConfig":` + mode +
		`,"StartAt":"T","States":{` + states + `}},"End":true}}}`
}

const (
	distributed = `{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"}`
	inline      = `{"Mode":"INLINE"}`
)

// numbers returns a list of so many numbers.
func numbers(n int) string { return `"l":[` + repeated(n, "%d") + `]` }

// A Map Run starts no more children than its memory allows, and yet all of
// them in the end.
func TestMemoryOfChildren(t *testing.T) {
	const items = 1200
	selector := `"ItemSelector":{"i.$":"$$.Map.Item.Value","c.$":"States.Format('{}{}',$.a,$$.Map.Item.Index)"},"ResultPath":null,"OutputPath":"$.l[0]"`
	work := `"T":{"Type":"Task",` + function + `,"ResultSelector":{},"End":true}`
	for _, c := range []struct{ name, definition string }{
		{"task", theMap(selector, distributed, work)},
		{"behind a Pass", theMap(strings.Replace(selector, "States.Format('{}{}',$.a,$$.Map.Item.Index)", "$$.Map.Item.Index", 1)+`,"ItemBatcher":{"MaxItemsPerBatch":1,"BatchInput":{"a.$":"$.a"}}`,
			distributed, `"T":{"Type":"Pass","Parameters":{"a.$":"States.Format('{}{}',$.BatchInput.a,$.Items[0].i)"},"Next":"W"},"W":`+strings.TrimPrefix(work, `"T":`))},
	} {
		t.Run(c.name, func(t *testing.T) {
			input := `{` + numbers(items) + `,"a":"` + strings.Repeat("x", 100_000) + `"}`
			waiting, most, started := 0, 0, 0
			r := interp.New(parse(t, c.definition), sampleInfo)
			w := newHarness(r, func(interp.Task) []interp.Input {
				started++
				waiting++
				most = max(most, waiting)
				return []interp.Input{ok(`{}`)}
			})
			w.applied = func() { waiting = max(0, waiting-1) }
			w.start(input)
			var now runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&now)
			if now.HeapAlloc > 250<<20 {
				t.Errorf("the children that run hold %d MiB", now.HeapAlloc>>20)
			}
			w.until(t, func() bool { return r.Outcome() != nil })
			if o := r.Outcome(); o.Status != interp.StatusSucceeded || started != items {
				t.Errorf("ended %+v after %d tasks", o, started)
			}
			if most >= items {
				t.Errorf("%d children ran at the same time", most)
			}
		})
	}
}

// Map Runs within the children of another share its memory, and come to their end.
func TestMemoryOfNestedChildren(t *testing.T) {
	const items = 40
	fields := func(index string) string {
		return `"ItemSelector":{"l.$":"$.l","c.$":"States.Format('{}{}',$.c,` + index + `)"},"ResultPath":null,"OutputPath":"$.l[0]"`
	}
	inner := theMap(fields("$$.Map.Item.Index"), distributed, `"T":{"Type":"Task",`+function+`,"Parameters":{},"ResultSelector":{},"End":true}`)
	inner = strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(inner, `{"StartAt":"M","States":{"M":`), `}}`), `"T"`, `"U"`)
	started := 0
	r := interp.New(parse(t, theMap(fields("$$.Map.Item.Index"), distributed, `"T":`+inner)), sampleInfo)
	w := newHarness(r, func(interp.Task) []interp.Input {
		started++
		return []interp.Input{ok(`{}`)}
	})
	w.start(`{` + numbers(items) + `,"c":"` + strings.Repeat("x", 200_000) + `"}`)
	var now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&now)
	if now.HeapAlloc > 150<<20 {
		t.Errorf("the children that run hold %d MiB", now.HeapAlloc>>20)
	}
	w.until(t, func() bool { return r.Outcome() != nil })
	if o := r.Outcome(); o.Status != interp.StatusSucceeded || started != items*items {
		t.Errorf("ended %+v after %d tasks", o, started)
	}
}

// The inputs of a Map Run's children are the same as if they were all made at
// its start: the random values of each are drawn in the order of the items.
func TestChildInputsAreDrawnInOrder(t *testing.T) {
	const fields = `"ItemSelector":{"id.$":"States.UUID()"}`
	draws := func(concurrency string) (ids []string) {
		r := interp.New(parse(t, theMap(fields+concurrency, distributed, `"T":{"Type":"Task",`+function+`,"Next":"U"},"U":{"Type":"Pass","Parameters":{"id.$":"States.UUID()"},"End":true}`)), sampleInfo)
		w := newHarness(r, func(task interp.Task) []interp.Input {
			ids = append(ids, string(task.Payload))
			return []interp.Input{ok(`{}`)}
		})
		w.start(`{` + numbers(5) + `}`)
		w.until(t, func() bool { return r.Outcome() != nil })
		return ids
	}
	all, oneByOne := draws(""), draws(`,"MaxConcurrency":1`)
	if strings.Join(all, " ") != strings.Join(oneByOne, " ") {
		t.Errorf("got %v one by one, and %v together", oneByOne, all)
	}
}

// The results of a Map or Parallel state are bounded together; where nothing is
// made of them they are not kept.
func TestMemoryOfResults(t *testing.T) {
	work := `"T":{"Type":"Pass","Parameters":{"a.$":"States.Format('{}{}',$.a,'y')"},"End":true}`
	item := `"ItemSelector":{"a.$":"$.a"}`
	branch := `{"StartAt":"T","States":{` + work + `}}`
	const discard = `"ResultPath":null,"OutputPath":"$.l[0]"`
	for _, c := range []struct{ name, definition, want string }{
		{"inline", theMap(item+`,"ResultSelector":{"n.$":"States.ArrayLength($)"}`, inline, work), "States.DataLimitExceeded"},
		{"distributed", theMap(item+`,"ResultSelector":{"n.$":"States.ArrayLength($)"}`, distributed, work), "States.DataLimitExceeded"},
		{"inline, discarded", theMap(item+","+discard, inline, work), ""},
		{"distributed, discarded", theMap(item+","+discard, distributed, work), ""},
		{"parallel", one(`{"Type":"Parallel","Branches":[` + repeated(400, branch) + `],"ResultSelector":{},"End":true}`), "States.DataLimitExceeded"},
		{"parallel, discarded", one(`{"Type":"Parallel","Branches":[` + repeated(400, branch) + `],` + discard + `,"End":true}`), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := interp.New(parse(t, c.definition), sampleInfo)
			w := newHarness(r, nil)
			w.start(`{` + numbers(400) + `,"a":"` + strings.Repeat("x", 100_000) + `"}`)
			var now runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&now)
			if now.HeapAlloc > 100<<20 {
				t.Errorf("the results hold %d MiB", now.HeapAlloc>>20)
			}
			if o := r.Outcome(); o == nil || o.Error != c.want {
				t.Errorf("ended %+v, want %q", o, c.want)
			}
		})
	}
}

// levels returns an array in an array and so on.
func levels(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// What TestState shows of the inside of a state is bounded, and not written out
// where it is not asked for.
func TestMemoryOfTestStates(t *testing.T) {
	// The path gives every level within every level, of which there are 100,000.
	const many = `"$..*..*"`
	processor := `"ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}`
	mock := &interp.Mock{Result: json.RawMessage(`[]`)}
	for _, c := range []struct {
		name, state, input string
		mock               *interp.Mock
		status             string
	}{
		{"InputPath", `{"Type":"Pass","InputPath":` + many + `,"Next":"Z"}`, levels(450), nil, "FAILED"},
		{"Parameters", `{"Type":"Pass","Parameters":{"a.$":` + many + `},"Next":"Z"}`, levels(450), nil, "FAILED"},
		{"OutputPath", `{"Type":"Pass","OutputPath":` + many + `,"Next":"Z"}`, levels(450), nil, "FAILED"},
		{"ItemsPath", `{"Type":"Map","ItemsPath":` + many + `,` + processor + `,"Next":"Z"}`, levels(450), mock, "FAILED"},
		{"ItemSelector", `{"Type":"Map","ItemsPath":"$.l","ItemSelector":{"a.$":"$.a"},` + processor + `,"Next":"Z"}`,
			strings.Replace(large, "{", `{`+numbers(2000)+`,`, 1), mock, "SUCCEEDED"},
		{"ItemBatcher", `{"Type":"Map","ItemsPath":"$.l","ItemBatcher":{"MaxItemsPerBatch":1,"BatchInput":{"a.$":"$.a"}},` +
			strings.Replace(processor, "{", `{"ProcessorConfig":`+distributed+`,`, 1) + `,"Next":"Z"}`,
			strings.Replace(large, "{", `{`+numbers(2000)+`,`, 1), mock, "SUCCEEDED"},
	} {
		for _, inspect := range []bool{true, false} {
			t.Run(fmt.Sprint(c.name, ", inspected: ", inspect), func(t *testing.T) {
				m := parse(t, one(c.state))
				wantAllocated(t, 200, func() {
					testState, err := interp.NewTestState(m, m.State("A"), interp.TestStateInput{Input: json.RawMessage(c.input), Mock: c.mock, Inspect: inspect})
					if err != nil {
						t.Fatal(err)
					}
					testState.Start()
					r := testState.Result()
					if r.Status != c.status || r.Status == "FAILED" && r.Error != "States.DataLimitExceeded" {
						t.Errorf("got %s %s %.200s", r.Status, r.Error, r.Cause)
					}
					if (r.Inspection != nil) != inspect {
						t.Errorf("inspection data: %v", r.Inspection != nil)
					}
				})
			})
		}
	}
}

// Nothing is evaluated once the caller has left.
func TestAbandonedTestState(t *testing.T) {
	m := parse(t, one(`{"Type":"Pass","Parameters":{"a.$":"States.Array($.a, $..*)"},"Next":"Z"}`))
	done := make(chan struct{})
	for _, want := range []string{"SUCCEEDED", "FAILED"} {
		testState, err := interp.NewTestState(m, m.State("A"), interp.TestStateInput{Input: json.RawMessage(`{"a":1}`), Done: done})
		if err != nil {
			t.Fatal(err)
		}
		testState.Start()
		if r := testState.Result(); r.Status != want {
			t.Errorf("%s %s, want %s", r.Status, r.Cause, want)
		}
		if want == "SUCCEEDED" {
			close(done)
		}
	}
}

// All variables together are bounded; one that is assigned again gives way.
func TestMemoryOfVariables(t *testing.T) {
	for name, want := range map[string]string{"v": "", "v%d": "States.DataLimitExceeded"} {
		var states []string
		for i := range 60 {
			next := fmt.Sprintf(`"Next":"S%d"`, i+1)
			if i == 59 {
				next = `"End":true`
			}
			states = append(states, fmt.Sprintf(`"S%d":{"Type":"Pass","Assign":{"%s.$":"States.Format('{}%d',$.a)"},%s}`,
				i, strings.ReplaceAll(name, "%d", fmt.Sprint(i)), i, next))
		}
		r := interp.New(parse(t, `{"StartAt":"S0","States":{`+strings.Join(states, ",")+`}}`), sampleInfo)
		newHarness(r, nil).start(large)
		if o := r.Outcome(); o == nil || o.Error != want {
			t.Errorf("%s: ended with %.200v, want %q", name, o, want)
		}
	}
}
