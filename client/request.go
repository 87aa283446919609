package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.org/asynchttpapi/api"
)

// request describes one exchange, so that each attempt at it is built afresh.
type request struct {
	method string
	url    string
	body   []byte
	key    string
	etag   string
	wait   time.Duration
}

func (r request) build(ctx context.Context, common http.Header) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.url, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	addCommon(req.Header, common)
	req.Header.Set("Accept", api.MediaTypeJSON+", "+api.MediaTypeProblem)
	if r.body != nil {
		req.Header.Set("Content-Type", api.MediaTypeJSON)
	}
	if r.key != "" {
		req.Header.Set("Idempotency-Key", structuredString(r.key))
	}
	if r.etag != "" {
		req.Header.Set("If-None-Match", r.etag)
	}
	if r.wait >= time.Second {
		req.Header.Set("Prefer", fmt.Sprintf("wait=%d", int64(r.wait/time.Second)))
	}
	return req, nil
}

// addCommon adds what goes with every request, and leaves what is there.
func addCommon(h, common http.Header) {
	for name, values := range common {
		name = http.CanonicalHeaderKey(name)
		if _, there := h[name]; !there {
			h[name] = slices.Clone(values)
		}
	}
}

// within shortens the long poll to what the caller's deadline leaves.
func (r request) within(ctx context.Context, now time.Time) request {
	if deadline, ok := ctx.Deadline(); ok {
		r.wait = max(0, min(r.wait, deadline.Sub(now)))
	}
	return r
}

// SubmitOption changes one submit.
type SubmitOption func(*request) error

// IdempotencyKey sets the key of one submit. Without it, every call of Submit
// has a fresh random key, which covers the repetitions inside that call. Set
// it to make a submit repeatable across calls or runs of a program: the same
// key and payload give the same submission.
//
// The key is printable ASCII, 1 to 255 bytes. It travels as a structured-field
// string (RFC 9651, section 3.3.3), as the Idempotency-Key draft has it.
func IdempotencyKey(key string) SubmitOption {
	return func(r *request) error {
		if key == "" || len(key) > 255 {
			return fmt.Errorf("client: an idempotency key has 1 to 255 bytes, not %d", len(key))
		}
		for i := range len(key) {
			if key[i] < 0x20 || key[i] > 0x7e {
				return errors.New("client: an idempotency key is printable ASCII")
			}
		}
		r.key = key
		return nil
	}
}

// PreferWait asks the server to answer this submit only when the work is
// finished, or after d: see [Config.PreferWait].
func PreferWait(d time.Duration) SubmitOption {
	return func(r *request) error {
		r.wait = d
		return nil
	}
}

var sfEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func structuredString(s string) string { return `"` + sfEscaper.Replace(s) + `"` }
