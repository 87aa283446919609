// Package lambdahost runs built Lambda binaries as Lambda does: each instance
// a process of its own, that takes its invocations one at a time from the
// Runtime API and is kept warm for the next one. Tests and benchmarks use it
// to exercise the binaries that are deployed, unchanged.
//
// Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
package lambdahost

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// Function is a binary and the settings that the template gives it.
type Function struct {
	Name string
	// Binary is the path of the built bootstrap file.
	Binary string
	// Env holds NAME=value pairs; nothing is inherited from this process.
	Env []string
	// Timeout ends an invocation, and with it the instance, as Lambda does.
	Timeout time.Duration
	// Logs takes the instances' standard output and error.
	Logs io.Writer
}

// Result is what an invocation came to.
type Result struct {
	Payload []byte
	// FunctionError is empty, or the value of X-Amz-Function-Error; Payload then
	// holds errorType and errorMessage.
	FunctionError string
}

// Host runs functions.
type Host struct {
	functions map[string]Function

	mu      sync.Mutex
	idle    map[string][]*instance
	running map[*instance]bool
	closed  bool
}

// New returns a host of the given functions. Close ends what it started.
func New(functions ...Function) *Host {
	h := &Host{functions: map[string]Function{}, idle: map[string][]*instance{}, running: map[*instance]bool{}}
	for _, f := range functions {
		h.functions[f.Name] = f
	}
	return h
}

// Invoke sends payload to an idle instance, or to a new one where all are
// busy. It fails for an unknown function and a process that cannot be
// started; what the function does wrong is in the Result.
func (h *Host) Invoke(ctx context.Context, name string, payload []byte) (Result, error) {
	in, err := h.take(name)
	if err != nil {
		return Result{}, err
	}
	result, alive := in.invoke(ctx, payload)
	if alive {
		h.giveBack(in)
	} else {
		h.forget(in)
	}
	return result, nil
}

// take returns a warm instance, or starts one.
func (h *Host) take(name string) (*instance, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f, ok := h.functions[name]
	switch {
	case h.closed:
		return nil, fmt.Errorf("the host is closed")
	case !ok:
		return nil, fmt.Errorf("%w: %s", ErrNoFunction, name)
	}
	if warm := h.idle[name]; len(warm) > 0 {
		in := warm[len(warm)-1]
		h.idle[name] = warm[:len(warm)-1]
		return in, nil
	}
	in, err := startInstance(f)
	if err == nil {
		h.running[in] = true
	}
	return in, err
}

func (h *Host) giveBack(in *instance) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.idle[in.function.Name] = append(h.idle[in.function.Name], in)
}

func (h *Host) forget(in *instance) {
	in.end()
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.running, in)
}

// Close ends every instance.
func (h *Host) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for in := range h.running {
		in.end()
	}
}
