package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

const passOn = `{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}`

func code(c engine.Code) error { return &engine.Error{Code: c} }

func TestStartIsIdempotentByName(t *testing.T) {
	w := newFixtureAt(t, time.Unix(1_700_000_000, 0))
	machine := w.create("m", waitAYear)
	start := func(input string) (engine.Started, error) {
		return w.StartExecution(t.Context(), engine.StartExecution{MachineARN: machine, Name: "x", Input: json.RawMessage(input)})
	}
	first, err := start(`1`)
	if err != nil {
		t.Fatal(err)
	}
	w.fakeClock.Advance(time.Hour)
	if again, err := start(`1`); err != nil || again != first {
		t.Errorf("the same again: %+v, %v, want %+v", again, err, first)
	}
	if _, err := start(`2`); !errors.Is(err, code(engine.ExecutionAlreadyExists)) {
		t.Errorf("another input: %v", err)
	}
	if _, err := w.StopExecution(t.Context(), first.ARN, "", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := start(`1`); !errors.Is(err, code(engine.ExecutionAlreadyExists)) {
		t.Errorf("after its end: %v", err)
	}
	w.fakeClock.Advance(90*24*time.Hour + time.Second)
	if again, err := start(`1`); err != nil || again.Time.Equal(first.Time) {
		t.Errorf("after 90 days: %+v, %v", again, err)
	}
}

// An execution without a name gets a UUID that begins with the time, so that names
// come in their order.
func TestNamesOfTheUnnamed(t *testing.T) {
	w := newFixtureAt(t, time.UnixMilli(0x123456789abc))
	machine := w.create("m", passOn)
	before := ""
	for _, want := range []string{"12345678-9abc-7", "12345678-9abd-7"} {
		s, err := w.StartExecution(t.Context(), engine.StartExecution{MachineARN: machine})
		if err != nil {
			t.Fatal(err)
		}
		name := s.ARN[strings.LastIndexByte(s.ARN, ':')+1:]
		if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(name) ||
			!strings.HasPrefix(name, want) || name <= before {
			t.Errorf("%s after %s, want %s…", name, before, want)
		}
		before = name
		w.fakeClock.Advance(time.Millisecond)
	}
}

func TestStartRefuses(t *testing.T) {
	w := newFixture(t)
	machine := w.create("m", passOn)
	tests := []struct {
		name string
		s    engine.StartExecution
		want engine.Code
	}{
		{"no machine", engine.StartExecution{MachineARN: machine + "2"}, engine.StateMachineDoesNotExist},
		{"no version", engine.StartExecution{MachineARN: machine + ":1"}, engine.StateMachineDoesNotExist},
		{"no ARN", engine.StartExecution{MachineARN: "m"}, engine.InvalidARN},
		{"another region's ARN", engine.StartExecution{MachineARN: strings.Replace(machine, "us-east-1", "eu-west-1", 1)}, engine.InvalidARN},
		{"not JSON", engine.StartExecution{MachineARN: machine, Input: json.RawMessage(`{`)}, engine.InvalidExecutionInput},
		{"too large", engine.StartExecution{MachineARN: machine, Input: json.RawMessage(`"` + strings.Repeat("x", 262_143) + `"`)}, engine.InvalidExecutionInput},
		{"nested in too many levels", engine.StartExecution{MachineARN: machine, Input: json.RawMessage(strings.Repeat("[", 1001) + strings.Repeat("]", 1001))}, engine.InvalidExecutionInput},
		{"a name with a space", engine.StartExecution{MachineARN: machine, Name: "a b"}, engine.InvalidName},
		{"a name that is no UTF-8", engine.StartExecution{MachineARN: machine, Name: "\xff"}, engine.InvalidName},
		{"a long name", engine.StartExecution{MachineARN: machine, Name: strings.Repeat("n", 81)}, engine.InvalidName},
	}
	for _, test := range tests {
		if _, err := w.StartExecution(t.Context(), test.s); !errors.Is(err, code(test.want)) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
}

func TestStartsRace(t *testing.T) {
	w := newFixture(t)
	machine := w.create("m", waitAYear)
	var started, refused atomic.Int32
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			input := map[bool]string{true: `1`, false: `2`}[i%2 == 0]
			_, err := w.StartExecution(t.Context(), engine.StartExecution{MachineARN: machine, Name: "x", Input: json.RawMessage(input)})
			switch {
			case err == nil:
				started.Add(1)
			case errors.Is(err, code(engine.ExecutionAlreadyExists)):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if started.Load() != 20 || refused.Load() != 20 {
		t.Errorf("%d starts succeeded and %d were refused, want 20 and 20", started.Load(), refused.Load())
	}
	if page, _, err := w.ListExecutions(t.Context(), machine, "", 0, 10); err != nil || len(page) != 1 {
		t.Errorf("%d executions, %v, want 1", len(page), err)
	}
}

// A machine may be changed while executions of it start, end and are asked
// about: what go test -race has to say about that.
func TestMachineInUseIsChanged(t *testing.T) {
	w := newFixture(t)
	machine := w.create("m", passOn)
	var all sync.WaitGroup
	each := func(do func(i int) error) {
		all.Go(func() {
			for i := range 50 {
				if err := do(i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	each(func(i int) error {
		_, err := w.UpdateStateMachine(t.Context(), engine.UpdateStateMachine{ARN: machine, Revision: engine.Revision{RoleARN: fmt.Sprintf("arn:aws:iam::123456789012:role/r%d", i)}, Publish: true})
		return err
	})
	each(func(i int) error {
		s, err := w.StartExecution(t.Context(), engine.StartExecution{MachineARN: machine})
		if err == nil {
			_, err = w.DescribeExecution(t.Context(), s.ARN)
		}
		return err
	})
	each(func(int) error { _, _, err := w.ListExecutions(t.Context(), machine, "", 0, 10); return err })
	each(func(int) error { _, err := w.DescribeStateMachine(t.Context(), machine); return err })
	each(func(int) error { _, err := w.StateMachineVersions(machine); return err })
	each(func(i int) error { return w.Tag(t.Context(), machine, map[string]string{"i": fmt.Sprint(i)}) })
	each(func(int) error { _, err := w.Tags(machine); w.StateMachines(); return err })
	all.Wait()
}

// What Lambda or a state cannot pass on is an error that can be caught.
func TestLargeAnswers(t *testing.T) {
	w := newFixture(t)
	tooLarge := "The state/task '%s' returned a result with a size exceeding the maximum number of bytes service limit."
	long := `{"errorType":"Oops","errorMessage":"` + strings.Repeat("x", 300_000) + `"}`
	w.invoker.Default = func(_ context.Context, name string, _ []byte) ([]byte, error) {
		switch strings.TrimPrefix(name, function) {
		case "beyond-Lambda":
			return nil, engine.ErrResultTooLarge
		case "beyond-state":
			return []byte(`"` + strings.Repeat("x", 300_000) + `"`), nil
		}
		return nil, &engine.FunctionError{Payload: []byte(long)}
	}
	for i, c := range []struct{ function, resource, catch, error, cause string }{
		{"beyond-Lambda", "", "States.DataLimitExceeded", "States.DataLimitExceeded", fmt.Sprintf(tooLarge, function+"beyond-Lambda")},
		{"beyond-Lambda", "arn:aws:states:::lambda:invoke", "States.DataLimitExceeded", "States.DataLimitExceeded", fmt.Sprintf(tooLarge, "lambda")},
		{"beyond-state", "", "States.DataLimitExceeded", "States.DataLimitExceeded", fmt.Sprintf(tooLarge, function+"beyond-state")},
		{"long-error", "", "Oops", "Oops", long[:32_768]},
	} {
		resource, parameters := function+c.function, ""
		if c.resource != "" {
			resource, parameters = c.resource, `"Parameters": {"FunctionName": "`+function+c.function+`"}, `
		}
		m := w.create(fmt.Sprint("m", i), `{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "`+resource+`", `+parameters+
			`"Catch": [{"ErrorEquals": ["`+c.catch+`"], "Next": "P"}], "End": true}, "P": {"Type": "Pass", "End": true}}}`)
		var caught struct{ Error, Cause string }
		if x := w.ended(w.run(m, "x", "{}")); json.Unmarshal(x.Output, &caught) != nil || caught.Error != c.error || caught.Cause != c.cause {
			t.Errorf("%s: %s, %.100s %.200s caught %s %.100q", c.function, x.Status, x.Error, x.Cause, caught.Error, caught.Cause)
		}
	}
}

func TestChain(t *testing.T) {
	w := newFixture(t)
	for _, name := range []string{"f1", "f2", "f3"} {
		w.invoker.Handle(function+name, func(_ context.Context, in []byte) ([]byte, error) {
			return []byte(`["` + name + `",` + string(in) + `]`), nil
		})
	}
	arn := w.run(w.create("chain", chain(3)), "x", `1`)
	w.wantEnd(arn, `SUCCEEDED ["f3",["f2",["f1",1]]]`)
}

func TestFunctionFails(t *testing.T) {
	w := newFixture(t)
	answers := map[string]error{
		"f1":   &engine.FunctionError{Payload: []byte(`{"errorType":"Boom","errorMessage":"no"}`)},
		"busy": &engine.ServiceError{Name: "Lambda.TooManyRequestsException", Message: "Rate Exceeded."},
	}
	w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) { return nil, answers["f1"] })
	w.wantEnd(w.run(w.create("m", chain(1)), "x", `{}`), `FAILED Boom: {"errorType":"Boom","errorMessage":"no"}`)
	w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) { return nil, answers["busy"] })
	w.wantEnd(w.run(w.create("m2", chain(1)), "x", `{}`), `FAILED Lambda.TooManyRequestsException: Rate Exceeded.`)
}
