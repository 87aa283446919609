package lambdahttp

// The parsers that see what a client sends, for tests and fuzzing.
var (
	ParseKey  = parseKey
	ParseWait = parseWait
	AnswerOf  = answerOf
	FormPage  = formPage
)
