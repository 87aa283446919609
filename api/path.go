package api

// The routes. A status URL is StatusPath and the submission's id.
const (
	SubmitPath = "/api/submit"
	StatusPath = "/api/status/"
)

// FailureStatus is the query parameter with which a submit chooses the status
// code of a failed submission: 200, the default, or 409.
const FailureStatus = "failureStatus"
