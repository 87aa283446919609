package async_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
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
		f := &async.Failure{Code: api.CodeUnavailable, Op: "Store.Get", Cause: tt.cause}
		if got := f.Reason(); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.cause, got, tt.want)
		}
		if text := f.Error(); strings.Contains(text, "secret") || !strings.Contains(text, "Store.Get") {
			t.Errorf("text %q", text)
		}
	}
}

type busy struct{}

func (busy) Error() string   { return "secret" }
func (busy) Throttled() bool { return true }

// An adapter says in either way that it was throttled.
func TestThrottled(t *testing.T) {
	for _, cause := range []error{async.ErrThrottled, fmt.Errorf("secret: %w", busy{})} {
		w := newWorld(t)
		w.faults.Always("Store.Get", func(context.Context, func(context.Context) error) error { return cause })
		_, err := w.Status(t.Context(), async.NewID(), 0)
		var f *async.Failure
		if !errors.As(err, &f) || f.Code != api.CodeThrottled || f.RetryAfter <= 0 {
			t.Errorf("%v: got %v", cause, err)
		}
	}
}
