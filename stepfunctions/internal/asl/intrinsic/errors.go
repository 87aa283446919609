package intrinsic

import (
	"fmt"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
)

// SyntaxError says why a text is no call.
type SyntaxError struct {
	Call   string
	Offset int // in bytes
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid intrinsic function call %q: %s at offset %d", e.Call, e.Reason, e.Offset)
}

// MissingError says that the path of an argument leads nowhere.
type MissingError struct {
	Call     *Call
	NotFound *jsonpath.NotFoundError
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("The function '%s' had the following error: %s", e.Call, e.NotFound.Reason)
}

func (e *MissingError) Unwrap() error { return e.NotFound }

// Cause is the cause as AWS words it; input is the state's input as JSON. It
// names the whole call, and writes a path into the context object as if it
// started at the input.
func (e *MissingError) Cause(input string) string {
	if e.NotFound.Kind == jsonpath.NoArray {
		return e.Error()
	}
	path := e.NotFound.Path.String()
	if e.NotFound.Path.Root().Kind == jsonpath.Context {
		path = strings.TrimPrefix(path, "$")
	}
	return fmt.Sprintf("The function '%s' had the following error: "+
		"The JsonPath argument for the field '%s' could not be found in the input '%s'", e.Call, path, input)
}

// ArgumentsError says that a function cannot take its arguments. Call is the
// whole expression, Function the function that failed. Its text is AWS's, with
// the reason behind it.
type ArgumentsError struct {
	Call     string
	Function string
	Reason   string
}

func (e *ArgumentsError) Error() string {
	return fmt.Sprintf("The function '%s' had the following error: Invalid arguments in %s: %s", e.Call, e.Function, e.Reason)
}
