package wire

// The inputs of the operations on executions and map runs.

type startExecutionInput struct {
	StateMachineARN *string `json:"stateMachineArn" limit:"required,min=1,max=256"`
	Name            *string `json:"name" limit:"min=1,max=80"`
	Input           *string `json:"input" limit:"max=262144,bytes,secret"`
	TraceHeader     *string `json:"traceHeader" limit:"max=256,pattern=ascii"`
}

type startSyncExecutionInput struct {
	StateMachineARN *string `json:"stateMachineArn" limit:"required,min=1,max=256"`
	Name            *string `json:"name" limit:"min=1,max=80"`
	Input           *string `json:"input" limit:"max=262144,bytes,secret"`
	TraceHeader     *string `json:"traceHeader" limit:"max=256,pattern=ascii"`
	IncludedData    *string `json:"includedData" limit:"enum=ALL_DATA|METADATA_ONLY"`
}

type describeExecutionInput struct {
	ExecutionARN *string `json:"executionArn" limit:"required,min=1,max=256"`
	IncludedData *string `json:"includedData" limit:"enum=ALL_DATA|METADATA_ONLY"`
}

type listExecutionsInput struct {
	StateMachineARN *string `json:"stateMachineArn" limit:"min=1,max=256"`
	StatusFilter    *string `json:"statusFilter" limit:"enum=RUNNING|SUCCEEDED|FAILED|TIMED_OUT|ABORTED|PENDING_REDRIVE"`
	MaxResults      *int64  `json:"maxResults" limit:"min=0,max=1000"`
	NextToken       *string `json:"nextToken" limit:"min=1,max=3096"`
	MapRunARN       *string `json:"mapRunArn" limit:"min=1,max=2000"`
	RedriveFilter   *string `json:"redriveFilter" limit:"enum=REDRIVEN|NOT_REDRIVEN"`
}

type getExecutionHistoryInput struct {
	ExecutionARN         *string `json:"executionArn" limit:"required,min=1,max=256"`
	MaxResults           *int64  `json:"maxResults" limit:"min=0,max=1000"`
	ReverseOrder         *bool   `json:"reverseOrder"`
	NextToken            *string `json:"nextToken" limit:"min=1,max=1024"`
	IncludeExecutionData *bool   `json:"includeExecutionData"`
}

type stopExecutionInput struct {
	ExecutionARN *string `json:"executionArn" limit:"required,min=1,max=256"`
	Error        *string `json:"error" limit:"max=256,secret"`
	Cause        *string `json:"cause" limit:"max=32768,secret"`
}

type redriveExecutionInput struct {
	ExecutionARN *string `json:"executionArn" limit:"required,min=1,max=256"`
	ClientToken  *string `json:"clientToken" limit:"min=1,max=64,pattern=token"`
}

type mapRunInput struct {
	MapRunARN *string `json:"mapRunArn" limit:"required,min=1,max=2000"`
}

type listMapRunsInput struct {
	ExecutionARN *string `json:"executionArn" limit:"required,min=1,max=256"`
	MaxResults   *int64  `json:"maxResults" limit:"min=0,max=1000"`
	NextToken    *string `json:"nextToken" limit:"min=1,max=1024"`
}

type updateMapRunInput struct {
	MapRunARN                  *string  `json:"mapRunArn" limit:"required,min=1,max=2000"`
	MaxConcurrency             *int64   `json:"maxConcurrency" limit:"min=0"`
	ToleratedFailurePercentage *float64 `json:"toleratedFailurePercentage" limit:"min=0,max=100"`
	ToleratedFailureCount      *int64   `json:"toleratedFailureCount" limit:"min=0"`
}
