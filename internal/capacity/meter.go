// Package capacity measures what calls of DynamoDB consume.
package capacity

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Meter stands in front of a DynamoDB, asks for the capacity that each call
// consumes, and keeps the answers.
type Meter struct {
	*httptest.Server
	mu    sync.Mutex
	calls []Call
}

// Call is one call.
type Call struct {
	Operation string
	Units     float64
}

// NewMeter returns a Meter in front of the DynamoDB at an address. It serves until
// Close.
func NewMeter(database string) (*Meter, error) {
	target, err := url.Parse(database)
	if err != nil {
		return nil, err
	}
	m := &Meter{}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = m.read
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in := map[string]any{}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		in["ReturnConsumedCapacity"] = "TOTAL"
		data, _ := json.Marshal(in)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
		proxy.ServeHTTP(w, r)
	}))
	return m, nil
}

// Calls returns the calls that have been answered, in this order.
func (m *Meter) Calls() []Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.calls)
}

func (m *Meter) read(resp *http.Response) error {
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	var out struct {
		ConsumedCapacity struct{ CapacityUnits float64 }
	}
	if resp.StatusCode == http.StatusOK {
		if err := json.Unmarshal(data, &out); err != nil {
			return err
		}
	} else {
		out.ConsumedCapacity.CapacityUnits = 1 // a condition that does not hold is billed as the write of its item
	}
	_, operation, _ := strings.Cut(resp.Request.Header.Get("X-Amz-Target"), ".")
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, Call{operation, out.ConsumedCapacity.CapacityUnits})
	return nil
}
