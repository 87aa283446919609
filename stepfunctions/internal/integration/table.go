package integration

import (
	"slices"
	"strings"
)

// Kind is who can answer a call on this machine.
type Kind uint8

// The kinds.
const (
	// Unknown calls are none that AWS has, as far as the table goes.
	Unknown Kind = iota
	// Native calls are answered by this engine and its functions.
	Native
	// Write calls change something elsewhere and answer little: a stub can stand
	// for them.
	Write
	// Read calls have an answer that the state machine goes on with: only a mock
	// can give it.
	Read
)

// Field is the shape that a service's API gives a member of its answer.
type Field struct {
	Name string
	// Must words the type as the service does, empty for any.
	Must string
	Enum []string
	// Max is the greatest number, 0 for any.
	Max float64
	// Of are the members of an object, or of each element of an array.
	Of []Field
}

// action is one line of the table.
type action struct {
	patterns []Pattern // besides RequestResponse
	kind     Kind
	// needs and others are the names of the parameters; nil others are not known.
	needs  string
	others []string
	fields []Field
	// synced are the fields of the answer of the Sync patterns.
	synced []Field
}

const (
	text   = "a string"
	number = "a number"
)

var (
	jobs  = []Pattern{Sync}
	token = []Pattern{Callback}
	both  = []Pattern{Sync, Callback}

	statuses = []string{"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"}
)

// actions are the optimized integrations by service:action.
// https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
var actions = map[string]action{
	"lambda:invoke": {
		patterns: token, kind: Native, needs: "FunctionName",
		others: []string{"ClientContext", "InvocationType", "LogType", "Payload", "Qualifier", "TenantId"},
		fields: []Field{{Name: "StatusCode", Must: number}, {Name: "FunctionError", Must: text}, {Name: "LogResult", Must: text}, {Name: "ExecutedVersion", Must: text}},
	},
	"states:startExecution": {
		patterns: []Pattern{Sync, Sync2, Callback}, kind: Native, needs: "StateMachineArn",
		others: []string{"Input", "Name", "TraceHeader"},
		fields: []Field{{Name: "ExecutionArn", Must: text}},
		synced: []Field{
			{Name: "ExecutionArn", Must: text}, {Name: "StateMachineArn", Must: text}, {Name: "Name", Must: text}, {Name: "Status", Must: text, Enum: statuses},
			{Name: "Error", Must: text}, {Name: "Cause", Must: text}, {Name: "RedriveCount", Must: number},
		},
	},

	"sns:publish":         {patterns: token, kind: Write, fields: []Field{{Name: "MessageId", Must: text}, {Name: "SequenceNumber", Must: text}}},
	"sqs:sendMessage":     {patterns: token, kind: Write, fields: []Field{{Name: "MessageId", Must: text}, {Name: "MD5OfMessageBody", Must: text}, {Name: "SequenceNumber", Must: text}}},
	"events:putEvents":    {patterns: token, kind: Write, fields: []Field{{Name: "FailedEntryCount", Must: number}, {Name: "Entries", Must: array, Of: []Field{{Name: "EventId", Must: text}, {Name: "ErrorCode", Must: text}, {Name: "ErrorMessage", Must: text}}}}},
	"dynamodb:putItem":    {kind: Write, fields: attributes},
	"dynamodb:updateItem": {kind: Write, fields: attributes},
	"dynamodb:deleteItem": {kind: Write, fields: attributes},
	"dynamodb:getItem":    {kind: Read, fields: []Field{{Name: "Item", Must: object}, consumed}},

	"apigateway:invoke": {patterns: token, kind: Read, fields: []Field{{Name: "StatusCode", Must: number}, {Name: "StatusText", Must: text}}},
	"http:invoke":       {kind: Read, fields: []Field{{Name: "StatusCode", Must: number}, {Name: "StatusText", Must: text}}},

	"athena:startQueryExecution":                       {patterns: jobs, kind: Read},
	"athena:stopQueryExecution":                        {kind: Read},
	"athena:getQueryExecution":                         {kind: Read},
	"athena:getQueryResults":                           {kind: Read},
	"batch:submitJob":                                  {patterns: jobs, kind: Read},
	"bedrock:invokeModel":                              {patterns: token, kind: Read},
	"bedrock:createModelCustomizationJob":              {patterns: both, kind: Read},
	"codebuild:startBuild":                             {patterns: jobs, kind: Read},
	"codebuild:stopBuild":                              {kind: Read},
	"codebuild:batchDeleteBuilds":                      {kind: Read},
	"codebuild:batchGetReports":                        {kind: Read},
	"codebuild:startBuildBatch":                        {patterns: jobs, kind: Read},
	"codebuild:stopBuildBatch":                         {kind: Read},
	"codebuild:retryBuildBatch":                        {patterns: jobs, kind: Read},
	"codebuild:deleteBuildBatch":                       {kind: Read},
	"databrew:startJobRun":                             {patterns: jobs, kind: Read},
	"ecs:runTask":                                      {patterns: both, kind: Read},
	"eks:call":                                         {patterns: token, kind: Read},
	"eks:runJob":                                       {patterns: both, kind: Read},
	"eks:createCluster":                                {patterns: both, kind: Read},
	"eks:deleteCluster":                                {patterns: both, kind: Read},
	"eks:createFargateProfile":                         {patterns: both, kind: Read},
	"eks:deleteFargateProfile":                         {patterns: both, kind: Read},
	"eks:createNodegroup":                              {patterns: both, kind: Read},
	"eks:deleteNodegroup":                              {patterns: both, kind: Read},
	"elasticmapreduce:createCluster":                   {patterns: jobs, kind: Read},
	"elasticmapreduce:terminateCluster":                {patterns: jobs, kind: Read},
	"elasticmapreduce:addStep":                         {patterns: jobs, kind: Read},
	"elasticmapreduce:cancelStep":                      {kind: Read},
	"elasticmapreduce:setClusterTerminationProtection": {kind: Read},
	"elasticmapreduce:modifyInstanceFleetByName":       {kind: Read},
	"elasticmapreduce:modifyInstanceGroupByName":       {kind: Read},
	"emr-containers:createVirtualCluster":              {kind: Read},
	"emr-containers:deleteVirtualCluster":              {patterns: jobs, kind: Read},
	"emr-containers:startJobRun":                       {patterns: jobs, kind: Read},
	"emr-serverless:createApplication":                 {patterns: jobs, kind: Read},
	"emr-serverless:startApplication":                  {patterns: jobs, kind: Read},
	"emr-serverless:stopApplication":                   {patterns: jobs, kind: Read},
	"emr-serverless:deleteApplication":                 {patterns: jobs, kind: Read},
	"emr-serverless:startJobRun":                       {patterns: jobs, kind: Read},
	"emr-serverless:cancelJobRun":                      {patterns: jobs, kind: Read},
	"glue:startJobRun":                                 {patterns: jobs, kind: Read},
	"mediaconvert:createJob":                           {patterns: jobs, kind: Read},
	"sagemaker:createEndpoint":                         {kind: Read},
	"sagemaker:createEndpointConfig":                   {kind: Read},
	"sagemaker:createHyperParameterTuningJob":          {patterns: jobs, kind: Read},
	"sagemaker:createLabelingJob":                      {patterns: jobs, kind: Read},
	"sagemaker:createModel":                            {kind: Read},
	"sagemaker:createProcessingJob":                    {patterns: jobs, kind: Read},
	"sagemaker:createTrainingJob":                      {patterns: jobs, kind: Read},
	"sagemaker:createTransformJob":                     {patterns: jobs, kind: Read},
	"sagemaker:updateEndpoint":                         {kind: Read},
}

const (
	array  = "an array"
	object = "an object"
)

// attributes are what DynamoDB's writes answer.
var attributes = []Field{{Name: "Attributes", Must: object}, consumed}

// consumed is what a request to DynamoDB has used.
var consumed = Field{Name: "ConsumedCapacity", Must: object, Of: []Field{
	{Name: "TableName", Must: text}, {Name: "CapacityUnits", Must: number}, {Name: "ReadCapacityUnits", Must: number}, {Name: "WriteCapacityUnits", Must: number},
}}

// written are the actions of the AWS SDK that are optimized integrations under
// another name, or writes of their own.
var written = map[string]string{
	"aws-sdk:sns:publish":           "sns:publish",
	"aws-sdk:sqs:sendMessage":       "sqs:sendMessage",
	"aws-sdk:eventbridge:putEvents": "events:putEvents",
	"aws-sdk:dynamodb:putItem":      "dynamodb:putItem",
	"aws-sdk:dynamodb:updateItem":   "dynamodb:updateItem",
	"aws-sdk:dynamodb:deleteItem":   "dynamodb:deleteItem",
	"aws-sdk:dynamodb:getItem":      "dynamodb:getItem",
	"aws-sdk:s3:putObject":          s3Put,
}

const s3Put = "s3:putObject"

// find returns the line of the table that a call is about.
func (r Resource) find() (action, bool) {
	if !strings.HasPrefix(r.Service, SDK) {
		a, ok := actions[r.Call()]
		return a, ok
	}
	if as := written[r.Call()]; as == s3Put {
		return action{patterns: token, kind: Write, fields: []Field{{Name: "ETag", Must: text}, {Name: "VersionId", Must: text}}}, true
	} else if as != "" {
		a := actions[as]
		return action{patterns: token, kind: a.kind, fields: a.fields}, true
	}
	// The SDK has thousands of actions; all begin with a small letter.
	_, service, _ := strings.Cut(r.Service, ":")
	ok := service != "" && r.Action != "" && r.Action[0] >= 'a' && r.Action[0] <= 'z'
	return action{patterns: token, kind: Read, fields: reads[r.Call()]}, ok
}

// Kind returns who can answer the call; Unknown also for a pattern that the
// action does not have.
func (r Resource) Kind() Kind {
	a, ok := r.find()
	if !ok || r.Pattern != RequestResponse && !slices.Contains(a.patterns, r.Pattern) {
		return Unknown
	}
	return a.kind
}

// LacksPattern reports whether AWS has the action and not with this pattern, as
// sqs:sendMessage.sync: it rejects such a resource.
func (r Resource) LacksPattern() bool {
	a, ok := r.find()
	// Of .sync:2 AWS does not document which jobs have it.
	if !ok || r.Pattern == Sync2 && slices.Contains(a.patterns, Sync) {
		return false
	}
	return r.Pattern != RequestResponse && !slices.Contains(a.patterns, r.Pattern)
}

// Parameters returns the parameters of a native call: the one that it needs and
// the others that it may have. known is false for every other call.
func (r Resource) Parameters() (needed string, others []string, known bool) {
	a := actions[r.Call()]
	return a.needs, a.others, a.kind == Native
}

// Result returns the members of the call's answer whose types are known. The
// answer of a job is that of its description.
func (r Resource) Result() []Field {
	a, _ := r.find()
	if r.Pattern == Sync || r.Pattern == Sync2 {
		return a.synced
	}
	return a.fields
}
