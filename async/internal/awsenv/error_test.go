package awsenv_test

import (
	"errors"
	"testing"

	"github.com/aws/smithy-go"

	"example.org/asynchttpapi/async/internal/awsenv"
)

func TestError(t *testing.T) {
	plain := errors.New("no such host for arn:aws:states:us-east-1:123456789012:stateMachine:x, sorry")
	tests := map[string]struct {
		err  error
		want string
	}{
		"the service's":   {&smithy.GenericAPIError{Code: "Throttling", Message: "arn:aws:iam::1:role/x is slow"}, "sfn X: Throttling"},
		"the transport's": {plain, "sfn X: no such host for (arn), sorry"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := awsenv.Wrap("sfn X", tt.err)
			if err.Error() != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("got %q, want %q", err, tt.want)
			}
		})
	}
	if err := awsenv.Wrap("sfn X", nil); err != nil {
		t.Errorf("got %v for no error", err)
	}
}

// Every service has a word of its own for throttling.
func TestThrottled(t *testing.T) {
	for code, want := range map[string]bool{
		"ThrottlingException": true, "ProvisionedThroughputExceededException": true, "RequestLimitExceeded": true,
		"ExecutionLimitExceeded": true, "KmsThrottlingException": true, "SlowDown": true,
		"AccessDeniedException": false, "InternalServerError": false,
	} {
		if got := throttled(awsenv.Wrap("sfn X", &smithy.GenericAPIError{Code: code})); got != want {
			t.Errorf("%s: throttled %v", code, got)
		}
	}
	if throttled(awsenv.Wrap("sfn X", errors.New("refused"))) {
		t.Error("a failing transport is no throttling")
	}
}

func throttled(err error) bool {
	e, ok := err.(interface{ Throttled() bool })
	return ok && e.Throttled()
}
