package async

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A call of a port has a context like that of context.WithTimeout, whether it asks
// for Err, waits for Done, or derives another one.
func TestCallsAreBounded(t *testing.T) {
	cause := errors.New("the caller's")
	type key struct{}
	for name, wait := range map[string]func(context.Context) error{
		"Err": func(ctx context.Context) error {
			for ctx.Err() == nil {
				time.Sleep(time.Millisecond)
			}
			return ctx.Err()
		},
		"Done": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		"derived": func(ctx context.Context) error {
			derived, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			<-derived.Done()
			return derived.Err()
		},
		"AfterFunc": func(ctx context.Context) error {
			done := make(chan struct{})
			context.AfterFunc(ctx, func() { close(done) })
			<-done
			return ctx.Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, tt := range []struct {
					bound, caller, want time.Duration
					err                 error
				}{
					{time.Second, time.Minute, time.Second, context.DeadlineExceeded},
					{time.Minute, time.Second, time.Second, context.DeadlineExceeded},
				} {
					ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "kept"), tt.caller)
					began, kept := time.Now(), context.Context(nil)
					err := do(ctx, tt.bound, func(ctx context.Context) error {
						kept = ctx
						if d, ok := ctx.Deadline(); !ok || d.Sub(began) != tt.want || ctx.Value(key{}) != "kept" {
							t.Errorf("deadline %v, value %v", d.Sub(began), ctx.Value(key{}))
						}
						return wait(ctx)
					})
					if took := time.Since(began); !errors.Is(err, tt.err) || took < tt.want || took > tt.want+time.Millisecond {
						t.Errorf("%v after %v, want %v after %v", err, took, tt.err, tt.want)
					}
					if kept.Err() == nil {
						t.Error("it goes on after the call")
					}
					cancel()
				}
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Second, func() { cancel(cause) })
				err := do(ctx, time.Minute, func(ctx context.Context) error {
					err := wait(ctx)
					if context.Cause(ctx) != cause {
						t.Errorf("cause %v", context.Cause(ctx))
					}
					return err
				})
				if !errors.Is(err, context.Canceled) {
					t.Errorf("canceled by the caller: %v", err)
				}
			})
		})
	}
}

// What is kept beyond its call has ended.
func TestCallsEnd(t *testing.T) {
	for _, early := range []bool{true, false} {
		var kept context.Context
		_ = do(t.Context(), time.Minute, func(ctx context.Context) error {
			kept = ctx
			if early {
				ctx.Done()
			}
			return nil
		})
		<-kept.Done()
		if !errors.Is(kept.Err(), context.Canceled) {
			t.Errorf("%v", kept.Err())
		}
	}
}
