package wire

import (
	"context"
	"strconv"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

type mapRunCounts struct {
	Pending               int `json:"pending"`
	Running               int `json:"running"`
	Succeeded             int `json:"succeeded"`
	Failed                int `json:"failed"`
	TimedOut              int `json:"timedOut"`
	Aborted               int `json:"aborted"`
	Total                 int `json:"total"`
	ResultsWritten        int `json:"resultsWritten"`
	FailuresNotRedrivable int `json:"failuresNotRedrivable"`
	PendingRedrive        int `json:"pendingRedrive"`
}

type describeMapRunOutput struct {
	MapRunARN                  string       `json:"mapRunArn"`
	ExecutionARN               string       `json:"executionArn"`
	Status                     string       `json:"status"`
	StartDate                  timestamp    `json:"startDate"`
	StopDate                   *timestamp   `json:"stopDate,omitempty"`
	MaxConcurrency             int          `json:"maxConcurrency"`
	ToleratedFailurePercentage float64      `json:"toleratedFailurePercentage"`
	ToleratedFailureCount      int64        `json:"toleratedFailureCount"`
	ItemCounts                 mapRunCounts `json:"itemCounts"`
	ExecutionCounts            mapRunCounts `json:"executionCounts"`
	RedriveCount               int          `json:"redriveCount"`
	RedriveDate                *timestamp   `json:"redriveDate,omitempty"`
}

func (s *service) describeMapRun(ctx context.Context, in *mapRunInput) (*describeMapRunOutput, error) {
	if f := checkARN(*in.MapRunARN, "mapRun"); f != nil {
		return nil, f
	}
	m, err := s.engine.DescribeMapRun(ctx, *in.MapRunARN)
	if err != nil {
		return nil, serviceError(err)
	}
	return &describeMapRunOutput{
		MapRunARN: m.ARN, ExecutionARN: m.ExecutionARN, Status: m.Status,
		StartDate: stamp(m.Started), StopDate: optionalStamp(m.Stopped),
		MaxConcurrency: m.MaxConcurrency, ToleratedFailurePercentage: m.ToleratedFailurePercentage, ToleratedFailureCount: m.ToleratedFailureCount,
		ItemCounts: countsOf(m.Items), ExecutionCounts: countsOf(m.Executions),
		RedriveCount: m.RedriveCount, RedriveDate: optionalStamp(m.Redriven),
	}, nil
}

func countsOf(c interp.MapRunCounts) mapRunCounts {
	return mapRunCounts{
		Pending: c.Pending, Running: c.Running, Succeeded: c.Succeeded, Failed: c.Failed, Aborted: c.Aborted,
		Total: c.Total, ResultsWritten: c.Succeeded,
	}
}

type mapRunListItem struct {
	ExecutionARN    string     `json:"executionArn"`
	MapRunARN       string     `json:"mapRunArn"`
	StateMachineARN string     `json:"stateMachineArn"`
	StartDate       timestamp  `json:"startDate"`
	StopDate        *timestamp `json:"stopDate,omitempty"`
}

type listMapRunsOutput struct {
	MapRuns   []mapRunListItem `json:"mapRuns"`
	NextToken *string          `json:"nextToken,omitempty"`
}

// listMapRuns returns the Map Runs of an execution; a token says how many come
// before the page.
func (s *service) listMapRuns(ctx context.Context, in *listMapRunsInput) (*listMapRunsOutput, error) {
	if f := checkExecutionARN(*in.ExecutionARN); f != nil {
		return nil, f
	}
	from, f := pageStart(in.NextToken, *in.ExecutionARN)
	if f != nil {
		return nil, f
	}
	runs, err := s.engine.MapRuns(ctx, *in.ExecutionARN)
	if err != nil {
		return nil, resourceError(err, noExecution(*in.ExecutionARN))
	}
	start, _ := strconv.Atoi(from) // empty for the first page, which 0 is
	start = min(start, len(runs))
	end := min(start+pageSize(in.MaxResults), len(runs))
	out := &listMapRunsOutput{MapRuns: make([]mapRunListItem, 0, end-start)}
	for _, m := range runs[start:end] {
		out.MapRuns = append(out.MapRuns, mapRunItem(m))
	}
	if end < len(runs) {
		out.NextToken = nextToken(*in.ExecutionARN, strconv.Itoa(end))
	}
	return out, nil
}

func mapRunItem(m engine.MapRun) mapRunListItem {
	return mapRunListItem{m.ExecutionARN, m.ARN, m.MachineARN + "/" + m.Label(), stamp(m.Started), optionalStamp(m.Stopped)}
}

func (s *service) updateMapRun(ctx context.Context, in *updateMapRunInput) (*empty, error) {
	if f := checkARN(*in.MapRunARN, "mapRun"); f != nil {
		return nil, f
	}
	if in.MaxConcurrency == nil && in.ToleratedFailureCount == nil && in.ToleratedFailurePercentage == nil {
		return nil, invalidReason("MISSING_REQUIRED_PARAMETER", "Must specify at least one of the following: maxConcurrency, toleratedFailureCount, toleratedFailurePercentage")
	}
	limits := interp.MapRunLimits{ARN: *in.MapRunARN, ToleratedFailureCount: in.ToleratedFailureCount, ToleratedFailurePercentage: in.ToleratedFailurePercentage}
	if in.MaxConcurrency != nil {
		n := int(*in.MaxConcurrency)
		limits.MaxConcurrency = &n
	}
	return &empty{}, serviceError(s.engine.UpdateMapRun(ctx, limits))
}
