package wire

import (
	"context"
	"encoding/json"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

type describeExecutionOutput struct {
	ExecutionARN           string     `json:"executionArn"`
	StateMachineARN        string     `json:"stateMachineArn"`
	Name                   string     `json:"name"`
	Status                 string     `json:"status"`
	StartDate              timestamp  `json:"startDate"`
	StopDate               *timestamp `json:"stopDate,omitempty"`
	Input                  *string    `json:"input,omitempty"`
	InputDetails           *included  `json:"inputDetails,omitempty"`
	Output                 *string    `json:"output,omitempty"`
	OutputDetails          *included  `json:"outputDetails,omitempty"`
	Error                  *string    `json:"error,omitempty"`
	Cause                  *string    `json:"cause,omitempty"`
	StateMachineVersionARN *string    `json:"stateMachineVersionArn,omitempty"`
	StateMachineAliasARN   *string    `json:"stateMachineAliasArn,omitempty"`
	RedriveCount           int        `json:"redriveCount"`
	RedriveDate            *timestamp `json:"redriveDate,omitempty"`
	RedriveStatus          string     `json:"redriveStatus"`
	RedriveStatusReason    *string    `json:"redriveStatusReason,omitempty"`
}

func (s *service) describeExecution(ctx context.Context, in *describeExecutionInput) (*describeExecutionOutput, error) {
	if f := checkExecutionArn(*in.ExecutionARN); f != nil {
		return nil, f
	}
	x, err := s.engine.DescribeExecution(ctx, *in.ExecutionARN)
	if err != nil {
		return nil, refusedAbout(err, noExecution(*in.ExecutionARN))
	}
	out := &describeExecutionOutput{
		ExecutionARN: x.ARN, StateMachineARN: x.MachineARN, Name: x.Name, Status: string(x.Status),
		StartDate: stamp(x.Started), StopDate: optionalStamp(x.Stopped),
		Error: present(x.Error), Cause: present(x.Cause), StateMachineVersionARN: present(x.VersionARN), StateMachineAliasARN: present(x.AliasARN),
		RedriveCount: x.RedriveCount, RedriveDate: optionalStamp(x.Redriven),
		RedriveStatus: redriveStatus(x), RedriveStatusReason: present(x.NotRedrivable),
	}
	if optional(in.IncludedData) != "METADATA_ONLY" {
		out.Input, out.InputDetails = told(x.Input)
		out.Output, out.OutputDetails = told(x.Output)
	}
	return out, nil
}

// told is JSON as a response carries it, with the member that says it is whole.
func told(data json.RawMessage) (*string, *included) {
	if data == nil {
		return nil, nil
	}
	text := string(data)
	return &text, &included{true}
}

func redriveStatus(x engine.Execution) string {
	if x.NotRedrivable == "" {
		return "REDRIVABLE"
	}
	return "NOT_REDRIVABLE"
}

// checkExecutionArn accepts ARNs of executions; Express ones have no
// operations but their own start.
func checkExecutionArn(text string) *Fault { return checkArn(text, "execution") }

type describeStateMachineForExecutionOutput struct {
	StateMachineARN         string          `json:"stateMachineArn"`
	Name                    string          `json:"name"`
	Definition              string          `json:"definition"`
	RoleARN                 string          `json:"roleArn"`
	UpdateDate              timestamp       `json:"updateDate"`
	LoggingConfiguration    json.RawMessage `json:"loggingConfiguration,omitempty"`
	TracingConfiguration    json.RawMessage `json:"tracingConfiguration,omitempty"`
	EncryptionConfiguration json.RawMessage `json:"encryptionConfiguration,omitempty"`
	RevisionID              *string         `json:"revisionId,omitempty"`
}

func (s *service) describeStateMachineForExecution(ctx context.Context, in *describeExecutionInput) (*describeStateMachineForExecutionOutput, error) {
	if f := checkExecutionArn(*in.ExecutionARN); f != nil {
		return nil, f
	}
	m, err := s.engine.StateMachineOf(ctx, *in.ExecutionARN)
	if err != nil {
		return nil, refusedAbout(err, noExecution(*in.ExecutionARN))
	}
	out := &describeStateMachineForExecutionOutput{
		StateMachineARN: m.ARN, Name: m.Name, Definition: m.Definition, RoleARN: m.RoleARN, UpdateDate: stamp(m.Updated),
		LoggingConfiguration: m.Logging, TracingConfiguration: m.Tracing, EncryptionConfiguration: m.Encryption,
		RevisionID: shownRevision(m),
	}
	if optional(in.IncludedData) == "METADATA_ONLY" {
		out.Definition = ""
	}
	return out, nil
}
