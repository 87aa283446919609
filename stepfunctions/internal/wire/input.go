package wire

// The settings of a state machine that say how the service around it behaves.
// They are checked, kept and returned; nothing is logged to CloudWatch,
// traced or encrypted on one machine.

type loggingConfiguration struct {
	Level                *string          `json:"level,omitempty" limit:"enum=ALL|ERROR|FATAL|OFF"`
	IncludeExecutionData *bool            `json:"includeExecutionData,omitempty"`
	Destinations         []logDestination `json:"destinations,omitempty"`
}

type logDestination struct {
	CloudWatchLogsLogGroup *logGroup `json:"cloudWatchLogsLogGroup,omitempty"`
}

type logGroup struct {
	LogGroupARN *string `json:"logGroupArn,omitempty" limit:"min=1,max=256"`
}

type tracingConfiguration struct {
	Enabled *bool `json:"enabled,omitempty"`
}

type encryptionConfiguration struct {
	KMSKeyID                     *string `json:"kmsKeyId,omitempty" limit:"min=1,max=2048"`
	KMSDataKeyReusePeriodSeconds *int64  `json:"kmsDataKeyReusePeriodSeconds,omitempty" limit:"min=60,max=900"`
	Type                         *string `json:"type,omitempty" limit:"required,enum=AWS_OWNED_KEY|CUSTOMER_MANAGED_KMS_KEY"`
}

type tag struct {
	Key   *string `json:"key,omitempty" limit:"min=1,max=128"`
	Value *string `json:"value,omitempty" limit:"max=256"`
}

type tagResourceInput struct {
	ResourceARN *string `json:"resourceArn" limit:"required,min=1,max=256"`
	Tags        []tag   `json:"tags" limit:"required"`
}

type untagResourceInput struct {
	ResourceARN *string  `json:"resourceArn" limit:"required,min=1,max=256"`
	TagKeys     []string `json:"tagKeys" limit:"required"`
}

type resourceInput struct {
	ResourceARN *string `json:"resourceArn" limit:"required,min=1,max=256"`
}

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

// The inputs of the operations on state machines, with the constraints of the
// service's model.

type createStateMachineInput struct {
	Name                    *string                  `json:"name" limit:"required,min=1,max=80"`
	Definition              *string                  `json:"definition" limit:"required,min=1,max=1048576,secret"`
	RoleARN                 *string                  `json:"roleArn" limit:"required,min=1,max=256"`
	Type                    *string                  `json:"type" limit:"enum=STANDARD|EXPRESS"`
	LoggingConfiguration    *loggingConfiguration    `json:"loggingConfiguration"`
	Tags                    []tag                    `json:"tags"`
	TracingConfiguration    *tracingConfiguration    `json:"tracingConfiguration"`
	Publish                 *bool                    `json:"publish"`
	VersionDescription      *string                  `json:"versionDescription" limit:"max=256,secret"`
	EncryptionConfiguration *encryptionConfiguration `json:"encryptionConfiguration"`
}

type updateStateMachineInput struct {
	StateMachineARN         *string                  `json:"stateMachineArn" limit:"required,min=1,max=256"`
	Definition              *string                  `json:"definition" limit:"min=1,max=1048576,secret"`
	RoleARN                 *string                  `json:"roleArn" limit:"min=1,max=256"`
	LoggingConfiguration    *loggingConfiguration    `json:"loggingConfiguration"`
	TracingConfiguration    *tracingConfiguration    `json:"tracingConfiguration"`
	Publish                 *bool                    `json:"publish"`
	VersionDescription      *string                  `json:"versionDescription" limit:"max=256,secret"`
	EncryptionConfiguration *encryptionConfiguration `json:"encryptionConfiguration"`
}

// stateMachineInput is the input of the operations that take an ARN and no more.
type stateMachineInput struct {
	StateMachineARN *string `json:"stateMachineArn" limit:"required,min=1,max=256"`
}

type describeStateMachineInput struct {
	StateMachineARN *string `json:"stateMachineArn" limit:"required,min=1,max=256"`
	IncludedData    *string `json:"includedData" limit:"enum=ALL_DATA|METADATA_ONLY"`
}

// pageInput is the input of the lists that are about nothing in particular.
type pageInput struct {
	MaxResults *int64  `json:"maxResults" limit:"min=0,max=1000"`
	NextToken  *string `json:"nextToken" limit:"min=1,max=1024"`
}

// stateMachinePageInput is the input of the lists about one state machine.
type stateMachinePageInput struct {
	StateMachineARN *string `json:"stateMachineArn" limit:"required,min=1,max=256"`
	MaxResults      *int64  `json:"maxResults" limit:"min=0,max=1000"`
	NextToken       *string `json:"nextToken" limit:"min=1,max=1024"`
}

type publishStateMachineVersionInput struct {
	StateMachineARN *string `json:"stateMachineArn" limit:"required,min=1,max=256"`
	RevisionID      *string `json:"revisionId"`
	Description     *string `json:"description" limit:"max=256,secret"`
}

type deleteStateMachineVersionInput struct {
	StateMachineVersionARN *string `json:"stateMachineVersionArn" limit:"required,min=1,max=2000"`
}

type createStateMachineAliasInput struct {
	Description          *string `json:"description" limit:"max=256,secret"`
	Name                 *string `json:"name" limit:"required,min=1,max=80,pattern=aliasName"`
	RoutingConfiguration []route `json:"routingConfiguration" limit:"required,min=1,max=2"`
}

type updateStateMachineAliasInput struct {
	StateMachineAliasARN *string `json:"stateMachineAliasArn" limit:"required,min=1,max=256"`
	Description          *string `json:"description" limit:"max=256,secret"`
	RoutingConfiguration []route `json:"routingConfiguration" limit:"min=1,max=2"`
}

type aliasInput struct {
	StateMachineAliasARN *string `json:"stateMachineAliasArn" limit:"required,min=1,max=256"`
}

type route struct {
	StateMachineVersionARN *string `json:"stateMachineVersionArn" limit:"required,min=1,max=256"`
	Weight                 *int64  `json:"weight" limit:"required,min=0,max=100"`
}

type validateStateMachineDefinitionInput struct {
	Definition *string `json:"definition" limit:"required,min=1,max=1048576,secret"`
	Type       *string `json:"type" limit:"enum=STANDARD|EXPRESS"`
	Severity   *string `json:"severity" limit:"enum=ERROR|WARNING"`
	MaxResults *int64  `json:"maxResults" limit:"min=0,max=100"`
}

// The inputs of the operations on tasks that wait for their token.

type taskTokenInput struct {
	TaskToken *string `json:"taskToken" limit:"required,min=1,max=2048,secret"`
}

type sendTaskSuccessInput struct {
	TaskToken *string `json:"taskToken" limit:"required,min=1,max=2048,secret"`
	Output    *string `json:"output" limit:"required,max=262144,bytes,secret"`
}

type sendTaskFailureInput struct {
	TaskToken *string `json:"taskToken" limit:"required,min=1,max=2048,secret"`
	Error     *string `json:"error" limit:"max=256,secret"`
	Cause     *string `json:"cause" limit:"max=32768,secret"`
}
