// Package mock reads mocks of service integrations in the format of Step
// Functions Local's MockConfigFile.json, and says who answers for each task of a
// state machine: its service, a mock, a stub, or nothing.
//
// https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html
//
// Beyond that format a state machine may have a DefaultTestCase, for executions
// that are started without a test case, and Return may be any JSON value.
package mock

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/nearest"
	"example.org/asynchttpapi/stepfunctions/internal/textfile"
)

// File is a mock configuration. It does not change and may be used by many
// goroutines; a nil File has no mocks.
type File struct {
	path      string
	text      []byte
	machines  map[string]machine
	responses map[string][]attempts
}

// machine is the part of one state machine.
type machine struct {
	// fallback is the test case of executions that are started without one.
	fallback string
	// cases are the test cases by name: the responses' names by state.
	cases map[string]map[string]string
}

// attempts are the tasks of a state that one response is for, counted from 0.
type attempts struct {
	first, last int
	response    Response
}

// Response is what a mock answers: a result, or an error.
type Response struct {
	// Return is the result as JSON, nil where the task fails.
	Return []byte
	// Error and Cause are those of Throw.
	Error, Cause string
}

// maxFile bounds the size of a mock file, in bytes.
const maxFile = 16 << 20

// Read reads the file at path. An error names file, line and column.
func Read(path string) (*File, error) {
	text, err := textfile.Read(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("mock file %s: %w", path, err)
	}
	return Parse(path, text)
}

// Parse reads a mock configuration from text; path is its name in errors.
// A byte order mark before it, which editors on Windows write, is left out (RFC
// 8259, section 8.1).
func Parse(path string, text []byte) (*File, error) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	f := &File{path: path, text: text, machines: map[string]machine{}, responses: map[string][]attempts{}}
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s: it has more than %d bytes", path, maxFile)
	}
	var twice error
	root, err := value.ParseStrict(text, func(pointer string, offset int) {
		if twice == nil {
			twice = f.at(offset, "%s is there twice", pointer)
		}
	})
	if syntax := (*value.SyntaxError)(nil); errors.As(err, &syntax) {
		return nil, f.at(syntax.Offset, "%s", syntax.Reason)
	}
	if err == nil {
		err = twice
	}
	if err != nil {
		return nil, err
	}
	top, ok := root.(*value.Object)
	if !ok {
		return nil, f.at(0, "it is not an object with StateMachines and MockedResponses")
	}
	if err := f.misspelled(top, nil, "StateMachines", "MockedResponses"); err != nil {
		return nil, err
	}
	if err := f.readResponses(top); err != nil {
		return nil, err
	}
	return f, f.readMachines(top)
}

// Path returns what the file was read from.
func (f *File) Path() string { return f.path }

// at returns an error about a place in the text.
func (f *File) at(offset int, format string, args ...any) error {
	line, column := position(f.text, offset)
	return fmt.Errorf("%s:%d:%d: %s", f.path, line, column, fmt.Sprintf(format, args...))
}

// wrong returns an error about the member that path leads to.
func (f *File) wrong(path []string, format string, args ...any) error {
	return f.at(offsetOf(f.text, path), "%s: %s", strings.Join(path, "."), fmt.Sprintf(format, args...))
}

// object returns the member of that name, which has to be an object if it is there.
func (f *File) object(in *value.Object, path ...string) (*value.Object, error) {
	v, ok := in.Get(path[len(path)-1])
	if !ok {
		return nil, nil
	}
	o, ok := v.(*value.Object)
	if !ok {
		return nil, f.wrong(path, "it is not an object")
	}
	return o, nil
}

func (f *File) readResponses(top *value.Object) error {
	const section = "MockedResponses"
	all, err := f.object(top, section)
	if err != nil {
		return err
	}
	for _, m := range all.Members() {
		path := []string{section, m.Name}
		o, ok := m.Value.(*value.Object)
		if !ok || o.Len() == 0 {
			return f.wrong(path, `it is not an object such as {"0": {"Return": {}}}`)
		}
		for _, a := range o.Members() {
			read, err := f.attempts(a, append(path, a.Name))
			if err != nil {
				return err
			}
			for _, other := range f.responses[m.Name] {
				if read.first <= other.last && other.first <= read.last {
					return f.wrong(append(path, a.Name), "another response is for the same attempts")
				}
			}
			f.responses[m.Name] = append(f.responses[m.Name], read)
		}
	}
	return nil
}

// attempts reads one response and the attempts that it is for: "0" or "1-2".
func (f *File) attempts(m value.Member, path []string) (attempts, error) {
	from, to, isRange := strings.Cut(m.Name, "-")
	if !isRange {
		to = from
	}
	var a attempts
	var bad, worse error
	a.first, bad = strconv.Atoi(from)
	a.last, worse = strconv.Atoi(to)
	signed := strings.HasPrefix(from, "+") || strings.HasPrefix(to, "+")
	if signed || bad != nil || worse != nil || a.first < 0 || a.last < a.first {
		return a, f.wrong(path, `it is not the number of an attempt, "0", or a range of them, "1-2"`)
	}
	o, _ := m.Value.(*value.Object)
	result, returns := o.Get("Return")
	thrown, throws := o.Get("Throw")
	if returns == throws || o.Len() != 1 {
		return a, f.wrong(path, "it needs either Return or Throw, and nothing else")
	}
	if returns {
		a.response.Return = value.Append(nil, result)
		return a, nil
	}
	return a, f.throw(thrown, append(path, "Throw"), &a.response)
}

func (f *File) throw(v any, path []string, into *Response) error {
	o, _ := v.(*value.Object)
	known := 0
	for name, to := range map[string]*string{"Error": &into.Error, "Cause": &into.Cause} {
		member, there := o.Get(name)
		if !there {
			continue
		}
		text, ok := member.(string)
		if !ok {
			return f.wrong(append(path, name), "it is not a string")
		}
		*to = text
		known++
	}
	if o == nil || known != o.Len() || into.Error == "" {
		return f.wrong(path, "it needs an Error, may have a Cause, and nothing else")
	}
	return nil
}

func (f *File) readMachines(top *value.Object) error {
	const section = "StateMachines"
	all, err := f.object(top, section)
	if err != nil {
		return err
	}
	for _, m := range all.Members() {
		path := []string{section, m.Name}
		o, ok := m.Value.(*value.Object)
		if !ok {
			return f.wrong(path, "it is not an object")
		}
		if err := f.misspelled(o, path, defaultCase, "TestCases"); err != nil {
			return err
		}
		read := machine{cases: map[string]map[string]string{}}
		cases, err := f.object(o, append(path, "TestCases")...)
		if err != nil {
			return err
		}
		for _, c := range cases.Members() {
			if read.cases[c.Name], err = f.testCase(c, append(path, "TestCases", c.Name)); err != nil {
				return err
			}
		}
		if v, there := o.Get(defaultCase); there {
			read.fallback, _ = v.(string)
			if read.cases[read.fallback] == nil {
				return f.wrong(append(path, defaultCase), "%s is not one of its test cases: %s", value.Text(v), list(read.cases))
			}
		}
		f.machines[m.Name] = read
	}
	return nil
}

const defaultCase = "DefaultTestCase"

// testCase reads the responses' names by state.
func (f *File) testCase(m value.Member, path []string) (map[string]string, error) {
	o, ok := m.Value.(*value.Object)
	if !ok {
		return nil, f.wrong(path, "it is not an object")
	}
	states := map[string]string{}
	for _, s := range o.Members() {
		name, _ := s.Value.(string)
		if f.responses[name] == nil {
			return nil, f.wrong(append(path, s.Name), "MockedResponses has no %s%s", value.Text(s.Value), nearest.MeantIn(name, f.responses))
		}
		states[s.Name] = name
	}
	return states, nil
}

func list[V any](names map[string]V) string {
	if len(names) == 0 {
		return "it has none"
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}

// HasCase returns why an execution of the machine cannot be started with the
// test case; nil where it can, which is always so without one.
func (f *File) HasCase(machine, testCase string) error {
	switch {
	case testCase == "":
		return nil
	case f == nil:
		return fmt.Errorf("the test case %q needs a mock file: start with -mock FILE", testCase)
	case !f.has(machine):
		return fmt.Errorf("%s: StateMachines has no %q%s", f.path, machine, nearest.Meant(nearest.To(machine, f.Machines())))
	case f.machines[machine].cases[testCase] == nil:
		return fmt.Errorf("%s: StateMachines.%s.TestCases has no %q: %s", f.path, machine, testCase, list(f.machines[machine].cases))
	}
	return nil
}

// Cases returns the names of the machine's test cases, sorted, and that of its
// default one, empty for none.
func (f *File) Cases(machine string) (names []string, fallback string) {
	if f == nil {
		return nil, ""
	}
	m := f.machines[machine]
	return slices.Sorted(maps.Keys(m.cases)), m.fallback
}

// Inherit returns the test case of an execution that one with the test case
// starts: the same, if the machine has one of that name, and else its default.
func (f *File) Inherit(machine, testCase string) string {
	if f.HasCase(machine, testCase) != nil {
		return ""
	}
	return testCase
}

// Find returns the response to a task: that of the state in the test case, or in
// the machine's default one. mocked is false for a state that is not in it; err
// says that it is, and has no response for this attempt.
func (f *File) Find(machine, testCase, state string, attempt int) (r Response, mocked bool, err error) {
	if f == nil {
		return r, false, nil
	}
	m := f.machines[machine]
	if testCase == "" {
		testCase = m.fallback
	}
	name, mocked := m.cases[testCase][state]
	if !mocked {
		return r, false, nil
	}
	for _, a := range f.responses[name] {
		if a.first <= attempt && attempt <= a.last {
			return a.response, true, nil
		}
	}
	return r, true, fmt.Errorf("the mock of the state '%s' has no response for attempt %d: add \"%d\": {\"Return\": {}} to MockedResponses.%s of %s",
		state, attempt, attempt, name, f.path)
}

// Machines returns the names of the state machines in the file, sorted.
func (f *File) Machines() []string {
	if f == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(f.machines))
}

func (f *File) has(machine string) bool {
	_, ok := f.machines[machine]
	return ok
}
