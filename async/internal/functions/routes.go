package functions

import "github.com/aws/aws-lambda-go/lambda"

// Routes says which function serves which route of the HTTP API, by route key,
// as template.yaml does. Paths that do not exist go to the function with the
// fewest rights, so that they are answered with a problem document too.
func Routes(handlers map[string]lambda.Handler) map[string]lambda.Handler {
	return map[string]lambda.Handler{
		"ANY /api/submit":      handlers[Submit],
		"ANY /api/status/{id}": handlers[Status],
		"$default":             handlers[Status],
	}
}
