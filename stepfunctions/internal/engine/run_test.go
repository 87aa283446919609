package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// What Lambda or a state cannot pass on is an error that can be caught.
func TestLargeAnswers(t *testing.T) {
	w := newWorld(t)
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
	w := newWorld(t)
	for _, name := range []string{"f1", "f2", "f3"} {
		w.invoker.Handle(function+name, func(_ context.Context, in []byte) ([]byte, error) {
			return []byte(`["` + name + `",` + string(in) + `]`), nil
		})
	}
	arn := w.run(w.create("chain", chain(3)), "x", `1`)
	w.wantEnd(arn, `SUCCEEDED ["f3",["f2",["f1",1]]]`)
}

func TestFunctionFails(t *testing.T) {
	w := newWorld(t)
	answers := map[string]error{
		"f1":   &engine.FunctionError{Payload: []byte(`{"errorType":"Boom","errorMessage":"no"}`)},
		"busy": &engine.ServiceError{Name: "Lambda.TooManyRequestsException", Message: "Rate Exceeded."},
	}
	w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) { return nil, answers["f1"] })
	w.wantEnd(w.run(w.create("m", chain(1)), "x", `{}`), `FAILED Boom: {"errorType":"Boom","errorMessage":"no"}`)
	w.invoker.Handle(function+"f1", func(context.Context, []byte) ([]byte, error) { return nil, answers["busy"] })
	w.wantEnd(w.run(w.create("m2", chain(1)), "x", `{}`), `FAILED Lambda.TooManyRequestsException: Rate Exceeded.`)
}
