package api

// The routes. A status URL is StatusPath and the submission's id, and so is a
// result's; what follows CancelPath and CallbackPath is a secret.
const (
	SubmitPath   = "/api/submit"
	StatusPath   = "/api/status/"
	ResultPath   = "/api/result/"
	CancelPath   = "/api/cancel/"
	CallbackPath = "/api/callback/"

	CompletionsPath = "/api/completions"
)

// FailureStatus is the query parameter with which a submit chooses the status
// code of a failed submission: 200, the default, or 409.
const FailureStatus = "failureStatus"

// Since and Limit are the query parameters of CompletionsPath: the cursor of an
// earlier answer, and the most submissions of one answer.
const (
	Since = "since"
	Limit = "limit"
)

// APIKey is the header with an API key.
const APIKey = "x-api-key"

// Wait is the query parameter with which a request waits for the end of its
// submission, in seconds, as the header Prefer: wait does; a submit hands it on
// to the polls.
const Wait = "wait"
