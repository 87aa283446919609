package wire

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
