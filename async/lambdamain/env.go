package lambdamain

// Environment variables of functions, beside those of SettingsFromEnv.
const (
	// EnvTable names the DynamoDB table.
	EnvTable = "TABLE_NAME"
	// EnvStateMachine is the state machine's ARN.
	EnvStateMachine = "STATE_MACHINE_ARN"
)
