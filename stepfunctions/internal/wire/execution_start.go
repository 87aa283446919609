package wire

import (
	"context"
	"encoding/json"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

type startExecutionOutput struct {
	ExecutionARN string    `json:"executionArn"`
	StartDate    timestamp `json:"startDate"`
}

func (s *service) startExecution(ctx context.Context, in *startExecutionInput) (*startExecutionOutput, error) {
	start, err := startOf(in.StateMachineARN, in.Name, in.Input)
	if err != nil {
		return nil, err
	}
	started, err := s.engine.StartExecution(ctx, start)
	if err != nil {
		return nil, refusedAbout(err, noStateMachine(*in.StateMachineARN))
	}
	return &startExecutionOutput{started.ARN, stamp(started.Time)}, nil
}

// startOf checks what both ways to start an execution have in common.
func startOf(machine, name, input *string) (engine.StartExecution, error) {
	if f := checkArn(*machine, "stateMachine"); f != nil {
		return engine.StartExecution{}, f
	}
	start := engine.StartExecution{MachineARN: *machine, Name: optional(name)}
	if input != nil {
		start.Input = json.RawMessage(*input)
	}
	return start, nil
}

// included says that the data beside it is told in full.
type included struct {
	Included bool `json:"included"`
}
