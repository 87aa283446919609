package wire

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

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
	if f := checkExecutionARN(*in.ExecutionARN); f != nil {
		return nil, f
	}
	x, err := s.engine.DescribeExecution(ctx, *in.ExecutionARN)
	if err != nil {
		return nil, resourceError(err, noExecution(*in.ExecutionARN))
	}
	out := &describeExecutionOutput{
		ExecutionARN: x.ARN, StateMachineARN: x.MachineARN, Name: x.Name, Status: string(x.Status),
		StartDate: stamp(x.Started), StopDate: optionalStamp(x.Stopped),
		Error: present(x.Error), Cause: present(x.Cause), StateMachineVersionARN: present(x.VersionARN), StateMachineAliasARN: present(x.AliasARN),
		RedriveCount: x.RedriveCount, RedriveDate: optionalStamp(x.Redriven),
		RedriveStatus: redriveStatus(x), RedriveStatusReason: present(x.NotRedrivable),
	}
	if optional(in.IncludedData) != "METADATA_ONLY" {
		out.Input, out.InputDetails = whole(x.Input)
		out.Output, out.OutputDetails = whole(x.Output)
	}
	return out, nil
}

// whole returns JSON as a response carries it, with the member that says it is whole.
func whole(data json.RawMessage) (*string, *included) {
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

// checkExecutionARN accepts ARNs of executions; Express ones have no
// operations but their own start.
func checkExecutionARN(text string) *Error { return checkARN(text, "execution") }

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
	if f := checkExecutionARN(*in.ExecutionARN); f != nil {
		return nil, f
	}
	m, err := s.engine.StateMachineOf(ctx, *in.ExecutionARN)
	if err != nil {
		return nil, resourceError(err, noExecution(*in.ExecutionARN))
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

type executionListItem struct {
	ExecutionARN           string     `json:"executionArn"`
	StateMachineARN        string     `json:"stateMachineArn"`
	Name                   string     `json:"name"`
	Status                 string     `json:"status"`
	StartDate              timestamp  `json:"startDate"`
	StopDate               *timestamp `json:"stopDate,omitempty"`
	StateMachineVersionARN *string    `json:"stateMachineVersionArn,omitempty"`
	StateMachineAliasARN   *string    `json:"stateMachineAliasArn,omitempty"`
	RedriveCount           int        `json:"redriveCount"`
	RedriveDate            *timestamp `json:"redriveDate,omitempty"`
}

type listExecutionsOutput struct {
	Executions []executionListItem `json:"executions"`
	NextToken  *string             `json:"nextToken,omitempty"`
}

func (s *service) listExecutions(ctx context.Context, in *listExecutionsInput) (*listExecutionsOutput, error) {
	if f := in.check(); f != nil {
		return nil, f
	}
	question := [...]any{in.StateMachineARN, in.StatusFilter, in.RedriveFilter}
	from, f := pageStart(in.NextToken, question)
	if f != nil {
		return nil, f
	}
	before, _ := strconv.ParseInt(from, 10, 64) // empty for the first page, which 0 is
	out := &listExecutionsOutput{Executions: []executionListItem{}}
	for {
		page, next, err := s.engine.ListExecutions(ctx, *in.StateMachineARN, engine.Status(optional(in.StatusFilter)), before, pageSize(in.MaxResults))
		if err != nil {
			return nil, resourceError(err, noStateMachine(*in.StateMachineARN))
		}
		for _, x := range page {
			if in.wants(x) {
				out.Executions = append(out.Executions, listItem(x))
			}
		}
		// A page whose executions are all filtered out says nothing: go on.
		if before = next; next == 0 || len(out.Executions) > 0 {
			break
		}
	}
	if before != 0 {
		out.NextToken = nextToken(question, strconv.FormatInt(before, 10))
	}
	return out, nil
}

func (in *listExecutionsInput) check() *Error {
	switch {
	case (in.StateMachineARN == nil) == (in.MapRunARN == nil):
		return invalid("Must specify exactly one of the following: stateMachineArn, mapRunArn")
	case in.MapRunARN != nil:
		if f := checkARN(*in.MapRunARN, "mapRun"); f != nil {
			return f
		}
		return noResource(*in.MapRunARN)
	}
	return checkARN(*in.StateMachineARN, "stateMachine")
}

func (in *listExecutionsInput) wants(x engine.Execution) bool {
	return in.RedriveFilter == nil || (x.RedriveCount > 0) == (*in.RedriveFilter == "REDRIVEN")
}

func listItem(x engine.Execution) executionListItem {
	return executionListItem{
		ExecutionARN: x.ARN, StateMachineARN: x.MachineARN, Name: x.Name, Status: string(x.Status),
		StartDate: stamp(x.Started), StopDate: optionalStamp(x.Stopped), StateMachineVersionARN: present(x.VersionARN), StateMachineAliasARN: present(x.AliasARN),
		RedriveCount: x.RedriveCount, RedriveDate: optionalStamp(x.Redriven),
	}
}

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
		return nil, resourceError(err, noStateMachine(*in.StateMachineARN))
	}
	return &startExecutionOutput{started.ARN, stamp(started.Time)}, nil
}

// startOf checks what both ways to start an execution have in common.
func startOf(machine, name, input *string) (engine.StartExecution, error) {
	if f := checkARN(*machine, "stateMachine"); f != nil {
		return engine.StartExecution{}, f
	}
	start := engine.StartExecution{MachineARN: *machine, Name: optional(name)}
	if input != nil {
		start.Input = json.RawMessage(*input)
	}
	return start, nil
}

// included says that the data beside it is complete.
type included struct {
	Included bool `json:"included"`
}

type stopExecutionOutput struct {
	StopDate timestamp `json:"stopDate"`
}

func (s *service) stopExecution(ctx context.Context, in *stopExecutionInput) (*stopExecutionOutput, error) {
	if f := checkExecutionARN(*in.ExecutionARN); f != nil {
		return nil, f
	}
	at, err := s.engine.StopExecution(ctx, *in.ExecutionARN, optional(in.Error), optional(in.Cause))
	if err != nil {
		return nil, resourceError(err, noExecution(*in.ExecutionARN))
	}
	return &stopExecutionOutput{stamp(at)}, nil
}

type redriveExecutionOutput struct {
	RedriveDate timestamp `json:"redriveDate"`
}

func (s *service) redriveExecution(ctx context.Context, in *redriveExecutionInput) (*redriveExecutionOutput, error) {
	if f := checkExecutionARN(*in.ExecutionARN); f != nil {
		return nil, f
	}
	at, err := s.engine.RedriveExecution(ctx, *in.ExecutionARN, optional(in.ClientToken))
	if err != nil {
		return nil, resourceError(err, noExecution(*in.ExecutionARN))
	}
	return &redriveExecutionOutput{stamp(at)}, nil
}

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
// milliseconds: https://aws.amazon.com/step-functions/pricing/. Nothing is
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
		return nil, resourceError(err, noStateMachine(*in.StateMachineARN))
	}
	out := &startSyncExecutionOutput{
		ExecutionARN: x.ARN, StateMachineARN: x.MachineARN, Name: x.Name, Status: string(x.Status),
		StartDate: stamp(x.Started), StopDate: stamp(x.Stopped), Error: present(x.Error), Cause: present(x.Cause),
		TraceHeader: in.TraceHeader, BillingDetails: billed(x.Stopped.Sub(x.Started)),
	}
	if optional(in.IncludedData) != "METADATA_ONLY" {
		out.Input, out.InputDetails = whole(x.Input)
		out.Output, out.OutputDetails = whole(x.Output)
	}
	return out, nil
}

func (s *service) sendTaskSuccess(ctx context.Context, in *sendTaskSuccessInput) (*empty, error) {
	err := s.engine.SendTaskSuccess(ctx, *in.TaskToken, json.RawMessage(*in.Output))
	return &empty{}, serviceError(err)
}

func (s *service) sendTaskFailure(ctx context.Context, in *sendTaskFailureInput) (*empty, error) {
	return &empty{}, serviceError(s.engine.SendTaskFailure(ctx, *in.TaskToken, optional(in.Error), optional(in.Cause)))
}

func (s *service) sendTaskHeartbeat(ctx context.Context, in *taskTokenInput) (*empty, error) {
	return &empty{}, serviceError(s.engine.SendTaskHeartbeat(ctx, *in.TaskToken))
}
