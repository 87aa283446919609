package asyncapi_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"asynchttpapi/api"
	"asynchttpapi/internal/asyncapi"
)

type coded struct{}

func (coded) Error() string     { return "secret" }
func (coded) ErrorCode() string { return "AccessDeniedException" }

// What may be logged of a failure names its kind, never its text.
func TestReason(t *testing.T) {
	tests := []struct {
		cause error
		want  string
	}{
		{nil, "none"},
		{context.DeadlineExceeded, "timeout"},
		{fmt.Errorf("secret: %w", context.Canceled), "canceled"},
		{fmt.Errorf("secret: %w", coded{}), "AccessDeniedException"},
		{fmt.Errorf("secret: %w", errors.New("secret")), "*errors.errorString"},
	}
	for _, tt := range tests {
		f := &asyncapi.Failure{Code: api.CodeUnavailable, Op: "Store.Get", Cause: tt.cause}
		if got := f.Reason(); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.cause, got, tt.want)
		}
		if text := f.Error(); strings.Contains(text, "secret") || !strings.Contains(text, "Store.Get") {
			t.Errorf("text %q", text)
		}
	}
}
