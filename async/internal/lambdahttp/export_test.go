package lambdahttp

import "example.org/asynchttpapi/async"

// The parsers that see what a client sends, for tests and fuzzing.
var (
	ParseKey  = parseKey
	ParseWait = parseWait
	CheckJSON = checkJSON
)

// Detail is what a client reads of a failure.
func Detail(err error) string { return err.(*async.RequestError).Detail }
