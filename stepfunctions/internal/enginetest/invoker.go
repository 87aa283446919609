package enginetest

import (
	"context"
	"sync"
)

// Invoker answers calls by a Go function for each Lambda function's name or ARN.
type Invoker struct {
	// Default answers what Handle has no function for; by default the payload itself.
	Default func(ctx context.Context, function string, payload []byte) ([]byte, error)

	mu       sync.Mutex
	handlers map[string]func(ctx context.Context, payload []byte) ([]byte, error)
}

// Handle has calls of function answered by fn.
func (v *Invoker) Handle(function string, fn func(ctx context.Context, payload []byte) ([]byte, error)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.handlers == nil {
		v.handlers = map[string]func(context.Context, []byte) ([]byte, error){}
	}
	v.handlers[function] = fn
}

// Invoke is engine.Invoker's.
func (v *Invoker) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	v.mu.Lock()
	fn := v.handlers[function]
	v.mu.Unlock()
	switch {
	case fn != nil:
		return fn(ctx, payload)
	case v.Default != nil:
		return v.Default(ctx, function, payload)
	}
	return payload, nil
}
