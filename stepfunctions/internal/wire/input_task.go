package wire

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
