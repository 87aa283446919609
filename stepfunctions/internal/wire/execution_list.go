package wire

import (
	"context"
	"strconv"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

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
			return nil, refusedAbout(err, noStateMachine(*in.StateMachineARN))
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

func (in *listExecutionsInput) check() *Fault {
	switch {
	case (in.StateMachineARN == nil) == (in.MapRunARN == nil):
		return invalid("Must specify exactly one of the following: stateMachineArn, mapRunArn")
	case in.MapRunARN != nil:
		if f := checkArn(*in.MapRunARN, "mapRun"); f != nil {
			return f
		}
		return noResource(*in.MapRunARN)
	}
	return checkArn(*in.StateMachineARN, "stateMachine")
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
