package asl

import (
	"slices"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// WrongParameters tells what is wrong with the values of the parameters of a
// service integration's action, such as lambda:invoke, in the words of AWS. It
// finds nothing wrong with an action that is not known.
func WrongParameters(action string, parameters any) []string {
	if !slices.Contains(calls(), action) {
		return nil
	}
	o, ok := parameters.(*value.Object)
	if !ok {
		return []string{"The Parameters must be an OBJECT"}
	}
	var wrong []string
	needed, others := actionFields(action)
	for _, name := range append([]string{needed}, others...) {
		v, present := o.Get(name)
		_, isText := v.(string)
		switch {
		case name == needed && v == "":
			wrong = append(wrong, "The value of the field '"+name+"' has an invalid format")
		case !present || isText || takes(name, v) || (v == nil && name != needed):
		default:
			wrong = append(wrong, "The value for the field '"+name+"' must be a STRING")
		}
	}
	return wrong
}

// UnknownParameter words the refusal of a parameter that an action does not
// have; empty where it has it, or the action is not known.
func UnknownParameter(action, name string) string {
	needed, others := actionFields(action)
	if !slices.Contains(calls(), action) || name == needed || slices.Contains(others, name) {
		return ""
	}
	return `The field "` + name + `" is not supported by Step Functions`
}

// takes tells whether the parameter is data for who is called, and may be this
// value besides a text. AWS refuses numbers as a function's Payload.
func takes(name string, v any) bool {
	switch v.(type) {
	case *value.Object, []any:
		return name == "Payload" || name == "Input"
	}
	return name == "Input"
}

// actionFields gives the parameters of an action: the one it needs and the
// others (Lambda's Invoke and Step Functions' StartExecution).
func actionFields(action string) (needed string, others []string) {
	if action == "lambda:invoke" {
		return "FunctionName", []string{"ClientContext", "InvocationType", "LogType", "Payload", "Qualifier", "TenantId"}
	}
	return "StateMachineArn", []string{"Input", "Name", "TraceHeader"}
}
