package main

import (
	"context"
	"encoding/json"
	"errors"

	"example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/journal"
)

// testEngine is an engine over a folder.
type testEngine struct {
	db *sqlite.DB
	*engine.Engine
}

// invoker calls a Go function, whatever the name of the Lambda function.
type invoker func(payload []byte) ([]byte, error)

func (v invoker) Invoke(_ context.Context, _ string, payload []byte) ([]byte, error) {
	return v(payload)
}

// echo returns its payload at once.
func echo(payload []byte) ([]byte, error) { return payload, nil }

func open(ctx context.Context, dir string, v invoker) (*testEngine, error) {
	db, err := sqlite.Open(dir, journal.Schema)
	if err != nil {
		return nil, err
	}
	e := engine.New(engine.Config{Journal: journal.New(db), Progress: db.Progress(), Invoker: v})
	if err := e.Start(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &testEngine{db: db, Engine: e}, nil
}

func (w *testEngine) close() error {
	return errors.Join(w.Close(context.Background()), w.db.Close())
}

func (w *testEngine) machine(ctx context.Context, name, definition string) (arn string, err error) {
	m, err := w.CreateStateMachine(ctx, engine.NewStateMachine{Name: name, Revision: engine.Revision{Definition: definition}})
	return m.ARN, err
}

// complete starts an execution and waits for its end.
func (w *testEngine) complete(ctx context.Context, machineARN, input string) error {
	s, err := w.StartExecution(ctx, engine.StartExecution{MachineARN: machineARN, Input: json.RawMessage(input)})
	if err != nil {
		return err
	}
	x, err := w.Wait(ctx, s.ARN)
	if err == nil && x.Status != engine.Succeeded {
		err = errors.New("an execution ended " + string(x.Status) + ": " + x.Error + ": " + x.Cause)
	}
	return err
}
