package awsharness

import (
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.org/asynchttpapi/internal/testserver"
)

// wire is what lies between the functions and a service of AWS: it counts the
// operations, and refuses them while it throttles.
type wire struct {
	*testserver.Server
	mu        sync.Mutex
	calls     map[string]int
	throttles atomic.Bool
	refused   atomic.Int64
}

// refusals are DynamoDB's own of a table and of an account with too much to do.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
var refusals = []string{
	"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
	"com.amazon.coral.availability#ThrottlingException",
	"com.amazonaws.dynamodb.v20120810#RequestLimitExceeded",
}

func newWire(t *testing.T, endpoint string) *wire {
	t.Helper()
	target, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Server: testserver.New(t), calls: map[string]int{}}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host // it is part of the signature
	}, ErrorLog: log.New(io.Discard, "", 0), Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	w.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		w.mu.Lock()
		w.calls[op]++
		w.mu.Unlock()
		if !w.throttles.Load() {
			forward.ServeHTTP(rw, r)
			return
		}
		kind := refusals[int(w.refused.Add(1))%len(refusals)]
		_, _ = io.Copy(io.Discard, r.Body)
		rw.Header().Set("Content-Type", "application/x-amz-json-1.0")
		rw.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(rw, `{"__type":"`+kind+`","message":"Too much."}`)
	})
	return w
}

func (w *wire) count(op string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[op]
}
