package client

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
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
	if r.method == http.MethodPost {
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
