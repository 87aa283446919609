package wire

import (
	"context"
	"time"
)

type startSyncExecutionOutput struct {
	ExecutionARN    string         `json:"executionArn"`
	StateMachineARN string         `json:"stateMachineArn"`
	Name            string         `json:"name"`
	StartDate       timestamp      `json:"startDate"`
	StopDate        timestamp      `json:"stopDate"`
	Status          string         `json:"status"`
	Error           *string        `json:"error,omitempty"`
	Cause           *string        `json:"cause,omitempty"`
	Input           *string        `json:"input,omitempty"`
	InputDetails    *included      `json:"inputDetails,omitempty"`
	Output          *string        `json:"output,omitempty"`
	OutputDetails   *included      `json:"outputDetails,omitempty"`
	TraceHeader     *string        `json:"traceHeader,omitempty"`
	BillingDetails  billingDetails `json:"billingDetails"`
}

type billingDetails struct {
	BilledMemoryUsedInMB         int64 `json:"billedMemoryUsedInMB"`
	BilledDurationInMilliseconds int64 `json:"billedDurationInMilliseconds"`
}

// billedMemory is the service's smallest step, and billedStep that of time in
// milliseconds: https://aws.amazon.com/step-functions/pricing/. Nobody is
// billed here.
const (
	billedMemory = 64
	billedStep   = 100
)

func billed(d time.Duration) billingDetails {
	steps := max(1, (d.Milliseconds()+billedStep-1)/billedStep)
	return billingDetails{billedMemory, steps * billedStep}
}

func (s *service) startSyncExecution(ctx context.Context, in *startSyncExecutionInput) (*startSyncExecutionOutput, error) {
	start, err := startOf(in.StateMachineARN, in.Name, in.Input)
	if err != nil {
		return nil, err
	}
	x, err := s.engine.StartSyncExecution(ctx, start)
	if err != nil {
		return nil, refusedAbout(err, noStateMachine(*in.StateMachineARN))
	}
	out := &startSyncExecutionOutput{
		ExecutionARN: x.ARN, StateMachineARN: x.MachineARN, Name: x.Name, Status: string(x.Status),
		StartDate: stamp(x.Started), StopDate: stamp(x.Stopped), Error: present(x.Error), Cause: present(x.Cause),
		TraceHeader: in.TraceHeader, BillingDetails: billed(x.Stopped.Sub(x.Started)),
	}
	if optional(in.IncludedData) != "METADATA_ONLY" {
		out.Input, out.InputDetails = told(x.Input)
		out.Output, out.OutputDetails = told(x.Output)
	}
	return out, nil
}
