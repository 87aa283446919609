// Package cases reads recordings of what AWS Step Functions did, and says
// whether something else did the same. The recordings are not part of this
// repository; the tests run them where they are.
package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Case is one recording. Which members are there depends on its kind.
type Case struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	// Tier is how much the case is wanted, by the folder it is in.
	Tier string `json:"-"`
	// Source says when AWS was recorded, as DD-MM-YYYY and a time.
	Source struct {
		Recorded string `json:"recorded"`
	} `json:"source"`
	Features       []string        `json:"features"`
	Type           string          `json:"type"`
	Definition     json.RawMessage `json:"definition"`
	DefinitionText *string         `json:"definition_text"`
	Input          json.RawMessage `json:"input"`
	// InputRecorded is the input of the recording, where the test that was
	// recorded makes another one each time.
	InputRecorded json.RawMessage `json:"input_recorded"`
	Request       json.RawMessage `json:"request"`
	Tasks         []Task          `json:"tasks"`
	Lambdas       []Lambda        `json:"lambdas"`
	Expected      map[string]any  `json:"expected"`
	History       []Event         `json:"history"`
	Subcases      []Subcase       `json:"subcases"`
	Wildcards     []string        `json:"wildcards"`
	NeedsRealTime float64         `json:"needs_real_time"`
	// SelfConsistent and Deterministic say whether the input is the recording's,
	// and whether the output holds nothing random. Absent means yes.
	SelfConsistent *bool `json:"self_consistent"`
	Deterministic  *bool `json:"deterministic"`
}

// Task is what one task of a recording was asked and answered.
type Task struct {
	State        string   `json:"state"`
	Scheduled    string   `json:"scheduled"`
	ResourceType string   `json:"resourceType"`
	Resource     string   `json:"resource"`
	Request      any      `json:"request"`
	Outcome      *Outcome `json:"outcome"`
}

// Outcome is how a recorded task ended: Event is the type of the history event.
type Outcome struct {
	Event  string `json:"event"`
	Output any    `json:"output"`
	Error  string `json:"error"`
	Cause  any    `json:"cause"`
}

// Lambda is a function that a recording used.
type Lambda struct {
	Name    string `json:"name"`
	Handler string `json:"handler"`
}

// Event is one event of a recorded history.
type Event struct {
	ID      EventID        `json:"id"`
	Prev    EventID        `json:"prev"`
	Type    string         `json:"type"`
	Details map[string]any `json:"details,omitempty"`
}

// EventID is the number of an event. Where a recording is of concurrent events,
// it may have a placeholder instead, which reads as 0.
type EventID int64

// UnmarshalJSON reads a number or a placeholder.
func (id *EventID) UnmarshalJSON(text []byte) error {
	var n int64
	if json.Unmarshal(text, &n) == nil {
		*id = EventID(n)
	}
	return nil
}

// Subcase is one of the comparisons of a batch.
type Subcase struct {
	Definition json.RawMessage `json:"definition"`
	Input      json.RawMessage `json:"input"`
	Expected   map[string]any  `json:"expected"`
}

// DefinitionOf returns the definition as the recorder sent it: the text where the
// case has it, otherwise the object.
func (c Case) DefinitionOf() string {
	if c.DefinitionText != nil {
		return *c.DefinitionText
	}
	return Spaced(c.Definition)
}

// InputOf returns the input as the recorder sent it.
func (c Case) InputOf() string {
	if c.InputRecorded != nil {
		return Spaced(c.InputRecorded)
	}
	return Spaced(c.Input)
}

// Random reports whether two right runs of the case differ.
func (c Case) Random() bool { return c.Deterministic != nil && !*c.Deterministic }

// Consistent reports whether InputOf belongs to the recording.
func (c Case) Consistent() bool {
	return c.SelfConsistent == nil || *c.SelfConsistent || c.InputRecorded != nil
}

// redriveBegan is when executions could be redriven for the first time, and
// context objects began to show how often they were.
var redriveBegan = time.Date(2023, 11, 15, 0, 0, 0, 0, time.UTC)

// Matcher returns the one for the case's wildcards and age.
func (c Case) Matcher() Matcher {
	m := NewMatcher(c.Wildcards)
	recorded, err := time.Parse("02-01-2006, 15:04:05", c.Source.Recorded)
	if err == nil && recorded.Before(redriveBegan) {
		m.unknown = map[string]bool{"RedriveCount": true, "RedriveStatus": true, "RedriveStatusReason": true}
	}
	return m
}

// Concurrent reports whether the recorded order of events is one of several.
func (c Case) Concurrent() bool {
	for _, f := range c.Features {
		if f == "state:Parallel" || f == "state:Map" || f == "distributed-map" {
			return true
		}
	}
	return false
}

// Load reads every case of the kinds below a folder KIND/TIER/*.json, in the
// order of their paths.
func Load(folder fs.FS, kinds ...string) ([]Case, error) {
	var all []Case
	for _, kind := range kinds {
		paths, err := fs.Glob(folder, kind+"/*/*.json")
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			c, err := load(folder, path)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

func load(folder fs.FS, path string) (Case, error) {
	text, err := fs.ReadFile(folder, path)
	if err != nil {
		return Case{}, err
	}
	c := Case{Tier: filepath.Base(filepath.Dir(path))}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return c, decoder.Decode(&c)
}

// parsed replaces every string that holds JSON by what it holds: the recorder
// did so for objects; for the rest it takes spacing out of the comparison.
func parsed(v any) any {
	switch v := v.(type) {
	case string:
		return parsedText(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, member := range v {
			if !leftOut[name] {
				out[name] = parsed(member)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = parsed(v[i])
		}
		return out
	}
	return v
}

func parsedText(s string) any {
	if !strings.HasPrefix(s, "{") && !strings.HasPrefix(s, "[") {
		return s
	}
	decoder := json.NewDecoder(strings.NewReader(s))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil || decoder.More() {
		return s
	}
	return parsed(v)
}

// Result is what became of a case.
type Result string

// The results. Refused is a case that uses what is rejected on purpose, NotRun
// one that cannot be run as it is.
const (
	Passed  Result = "passed"
	Failed  Result = "failed"
	Refused Result = "refused"
	NotRun  Result = "not run"
)

// Verdict is the result of one case, with the reason.
type Verdict struct {
	Case   Case
	Result Result
	Why    string
}

// Table counts verdicts by kind and tier.
type Table map[string]map[Result]int

// Count adds verdicts up.
func Count(verdicts []Verdict) Table {
	t := Table{}
	for _, v := range verdicts {
		row := v.Case.Kind + "/" + v.Case.Tier
		if t[row] == nil {
			t[row] = map[Result]int{}
		}
		t[row][v.Result]++
	}
	return t
}

// Print writes the table, one line for each kind and tier.
func (t Table) Print(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "kind/tier\tpassed\tfailed\trefused\tnot run")
	for _, row := range slices.Sorted(maps.Keys(t)) {
		n := t[row]
		fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%d\n", row, n[Passed], n[Failed], n[Refused], n[NotRun])
	}
	return out.Flush()
}

// ReadTable reads what Print wrote.
func ReadTable(text string) (Table, error) {
	t := Table{}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range lines[1:] {
		var row string
		var passed, failed, refused, notRun int
		if _, err := fmt.Sscan(line, &row, &passed, &failed, &refused, &notRun); err != nil {
			return nil, fmt.Errorf("the line %q of the table: %w", line, err)
		}
		t[row] = map[Result]int{Passed: passed, Failed: failed, Refused: refused, NotRun: notRun}
	}
	return t, nil
}

// Spaced writes JSON as the recorder's language does, with a space after each
// comma and colon: the service hands an input through as it was written.
func Spaced(text json.RawMessage) string {
	var compact bytes.Buffer
	if json.Compact(&compact, text) != nil {
		return string(text)
	}
	var out strings.Builder
	quoted := false
	for i, b := range compact.Bytes() {
		out.WriteByte(b)
		if b == '"' && !escaped(compact.Bytes()[:i]) {
			quoted = !quoted
		}
		if !quoted && (b == ',' || b == ':') {
			out.WriteByte(' ')
		}
	}
	return out.String()
}

// escaped reports whether what follows text is escaped by an odd backslash.
func escaped(text []byte) bool {
	return (len(text)-len(bytes.TrimRight(text, `\`)))%2 == 1
}
