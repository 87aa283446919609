package openapitest

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"testing"

	"asynchttpapi/api"
)

// Transport is an http.RoundTripper that checks what goes through it.
type Transport struct {
	// T fails at a violation.
	T testing.TB
	// Base does the work; http.DefaultTransport if nil.
	Base http.RoundTripper
	// Beyond tells that the request goes beyond what is described, where the
	// server understands more than it promises.
	Beyond bool
}

// described is the checker of the API's own description.
var described = sync.OnceValues(func() (*checker, error) { return newChecker(api.OpenAPI()) })

// RoundTrip implements http.RoundTripper.
func (t Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	c, err := described()
	if err != nil {
		return nil, err
	}
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	sent, err := keep(&req.Body)
	if err != nil {
		return nil, err
	}
	res, err := base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	got, err := keep(&res.Body)
	if err != nil {
		return nil, err
	}
	t.check(c, req, res, sent, got)
	return res, nil
}

// check compares copies: a validator reads bodies.
func (t Transport) check(c *checker, req *http.Request, res *http.Response, sent, got []byte) {
	asked, answered := *req, *res
	asked.Body, answered.Body = body(sent), body(got)
	if err := c.check(&asked, &answered, t.Beyond); err != nil {
		t.T.Errorf("%s %s: the exchange is not as api/openapi.yaml describes it: %v\n%s", req.Method, req.URL, err, got)
	}
}

// keep reads a body and puts it back.
func keep(b *io.ReadCloser) ([]byte, error) {
	if *b == nil {
		return nil, nil
	}
	all, err := io.ReadAll(*b)
	(*b).Close()
	*b = body(all)
	return all, err
}

func body(b []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(b)) }
