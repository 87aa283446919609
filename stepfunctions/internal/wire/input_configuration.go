package wire

// The settings of a state machine that say how the service around it behaves.
// They are checked, kept and told again; nothing is logged to CloudWatch,
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
