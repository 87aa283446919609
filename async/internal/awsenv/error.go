package awsenv

import (
	"errors"
	"io"
	"net/http"
	"regexp"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// Error is a failed call. Its text has the service's error code and request
// id, and never the service's own message, which names ARNs and values. The
// SDK's error is there for errors.Is and errors.As.
type Error struct {
	// Call is the operation, for example "dynamodb PutItem".
	Call string
	err  error
}

// Wrap is nil for nil.
func Wrap(call string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Call: call, err: err}
}

// Unwrap returns the SDK's error, whose text must not be shown or logged.
func (e *Error) Unwrap() error { return e.err }

// Throttled reports whether the service refused the call for now, whatever it
// calls that.
func (e *Error) Throttled() bool {
	api := smithy.APIError(nil)
	if !errors.As(e.err, &api) {
		return false
	}
	switch api.ErrorCode() {
	case "ExecutionLimitExceeded", "KmsThrottlingException":
		// Step Functions' own, which the SDK does not repeat: too many
		// executions are open, or their key is in too much use.
		return true
	}
	_, throttled := retry.DefaultThrottleErrorCodes[api.ErrorCode()]
	return throttled
}

// arn is compiled when there is an error to write, not in every cold start.
var arn = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`arn:[^\s"',)]*`) })

func (e *Error) Error() string {
	text := e.Call + ": "
	if api := smithy.APIError(nil); errors.As(e.err, &api) {
		text += api.ErrorCode()
	} else {
		text += arn().ReplaceAllString(e.err.Error(), "(arn)")
	}
	if resp := (*awshttp.ResponseError)(nil); errors.As(e.err, &resp) && resp.RequestID != "" {
		text += " (request " + resp.RequestID + ")"
	}
	return text
}

// drain reads the little there is, so that the connection can be used again.
func drain(resp *http.Response) error {
	defer resp.Body.Close()
	_, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	return err
}
