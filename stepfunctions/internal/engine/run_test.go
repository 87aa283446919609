package engine_test

import (
	"context"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

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
