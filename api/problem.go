package api

// Media types of the bodies.
const (
	MediaTypeJSON    = "application/json"
	MediaTypeProblem = "application/problem+json"
)

// Codes of Problem.Error and Submission.Error, for programs to branch on.
const (
	CodeMalformedRequest     = "MalformedRequest"     // 400
	CodeUnauthorized         = "Unauthorized"         // 401
	CodeNotFound             = "NotFound"             // 404
	CodeMethodNotAllowed     = "MethodNotAllowed"     // 405
	CodeAcceptanceInProgress = "AcceptanceInProgress" // 409
	CodeGone                 = "Gone"                 // 410
	CodePreconditionFailed   = "PreconditionFailed"   // 412, of a file on one machine only
	CodePayloadTooLarge      = "PayloadTooLarge"      // 413
	CodeUnsupportedMediaType = "UnsupportedMediaType" // 415
	CodeRangeNotSatisfiable  = "RangeNotSatisfiable"  // 416, of a file on one machine only
	CodeMisdirected          = "MisdirectedRequest"   // 421, on one machine only
	CodeInvalidSubmission    = "InvalidSubmission"    // 422
	CodeKeyReused            = "IdempotencyKeyReused" // 422
	CodeThrottled            = "TooManyRequests"      // 429
	CodeInternal             = "InternalError"        // 500
	CodeUnavailable          = "ServiceUnavailable"   // 503

	CodeTimedOut      = "TimedOut"      // the process ran out of time
	CodeProcessFailed = "ProcessFailed" // the process broke off
	CodeProcessLost   = "ProcessLost"   // the process ended, or vanished, without a result
)

// Problem is the body of every response that is neither a submission's status
// nor a 304 (RFC 9457, application/problem+json). It has no number status: pollers
// for Azure take a member of that name for the status of the operation.
type Problem struct {
	// Type is about:blank: problems differ by Error.Code.
	Type string `json:"type"`
	// Title is the status code's phrase, as about:blank asks for.
	Title string `json:"title"`
	// Detail is one sentence for a person about this occurrence.
	Detail string `json:"detail"`
	// Instance is the path of the request.
	Instance string `json:"instance,omitempty"`
	// Error repeats the problem where Azure SDKs look for it.
	Error Error `json:"error"`
	// Errors lists every offending field; only with CodeInvalidSubmission.
	Errors []FieldError `json:"errors,omitempty"`
}

// FieldError is one offending field of a request body.
type FieldError struct {
	// Pointer is the field's JSON pointer (RFC 6901), "" for the whole body.
	Pointer string `json:"pointer"`
	// Detail says what the field has to be. It never repeats the value.
	Detail string `json:"detail"`
}
