package enginetest

import (
	"context"
	"encoding/json"
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

// Invoke implements engine.Invoker.
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

// Holder is an invoker whose calls last until a test ends them. A call is
// known by the member "id" of its payload.
type Holder struct {
	mu    sync.Mutex
	holds map[string]chan error
}

// Invoke implements engine.Invoker: it answers once the call is ended.
func (h *Holder) Invoke(ctx context.Context, _ string, payload []byte) ([]byte, error) {
	var in struct{ ID string }
	if err := json.Unmarshal(payload, &in); err != nil {
		return nil, err
	}
	select {
	case err := <-h.hold(in.ID):
		return []byte(`{}`), err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Let ends the call of id, now or when it comes: well if err is nil.
func (h *Holder) Let(id string, err error) { h.hold(id) <- err }

func (h *Holder) hold(id string) chan error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.holds == nil {
		h.holds = map[string]chan error{}
	}
	if h.holds[id] == nil {
		h.holds[id] = make(chan error, 1)
	}
	return h.holds[id]
}
