package wire

// The input of TestState.

type testStateInput struct {
	Definition         *string                 `json:"definition" limit:"required,min=1,max=1048576,secret"`
	RoleARN            *string                 `json:"roleArn" limit:"min=1,max=256"`
	Input              *string                 `json:"input" limit:"max=262144,bytes,secret"`
	InspectionLevel    *string                 `json:"inspectionLevel" limit:"enum=INFO|DEBUG|TRACE"`
	RevealSecrets      *bool                   `json:"revealSecrets"`
	Variables          *string                 `json:"variables" limit:"max=262144,bytes,secret"`
	StateName          *string                 `json:"stateName" limit:"min=1,max=80,secret"`
	Mock               *mock                   `json:"mock"`
	Context            *string                 `json:"context" limit:"max=262144,bytes,secret"`
	StateConfiguration *testStateConfiguration `json:"stateConfiguration"`
}

type mock struct {
	Result              *string    `json:"result" limit:"max=262144,bytes,secret"`
	ErrorOutput         *mockError `json:"errorOutput"`
	FieldValidationMode *string    `json:"fieldValidationMode" limit:"enum=STRICT|PRESENT|NONE"`
}

type mockError struct {
	Error *string `json:"error" limit:"max=256,secret"`
	Cause *string `json:"cause" limit:"max=32768,secret"`
}

type testStateConfiguration struct {
	RetrierRetryCount        *int64  `json:"retrierRetryCount" limit:"min=0"`
	ErrorCausedByState       *string `json:"errorCausedByState" limit:"min=1,max=80,secret"`
	MapIterationFailureCount *int64  `json:"mapIterationFailureCount" limit:"min=0"`
	MapItemReaderData        *string `json:"mapItemReaderData" limit:"max=262144,bytes,secret"`
}
