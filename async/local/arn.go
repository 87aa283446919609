package local

// The engine's region and account are its defaults, which are those of AWS's
// documentation.
const (
	region  = "us-east-1"
	account = "123456789012"
	// functionPrefix begins the ARNs of this system's functions.
	functionPrefix = "arn:aws:lambda:" + region + ":" + account + ":function:"
	statesPrefix   = "arn:aws:states:" + region + ":" + account + ":"
)

func machineARN() string { return statesPrefix + "stateMachine:" + machineName }

func executionARN(id string) string { return statesPrefix + "execution:" + machineName + ":" + id }
