// Package openapitest notes what tests send and get, so that it can be held to
// the description of the API, api/openapi.yaml: put a Transport under the client
// of a test. The check is a module of its own, internal/openapitest/check,
// since what validates OpenAPI brings half a hundred packages along.
package openapitest

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"testing"
)

// Folder is the environment variable that names where exchanges are noted;
// without it nothing is.
const Folder = "OPENAPI_EXCHANGES"

// Transport is an http.RoundTripper that notes what goes through it.
type Transport struct {
	// T is the test that the exchange belongs to.
	T testing.TB
	// Base does the work; http.DefaultTransport if nil.
	Base http.RoundTripper
	// Beyond says that the request goes beyond what is described, where the
	// server understands more than it promises.
	Beyond bool
}

// RoundTrip implements http.RoundTripper.
func (t Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	folder := os.Getenv(Folder)
	if folder == "" {
		return base.RoundTrip(req)
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
	return res, note(folder, Exchange{
		Test: t.T.Name(), Beyond: t.Beyond,
		Method: req.Method, URL: req.URL.String(), Header: req.Header, Body: sent,
		Code: res.StatusCode, ResponseHeader: res.Header, ResponseBody: got,
	})
}

// keep reads a body and puts it back.
func keep(b *io.ReadCloser) ([]byte, error) {
	if *b == nil {
		return nil, nil
	}
	all, err := io.ReadAll(*b)
	(*b).Close()
	*b = io.NopCloser(bytes.NewReader(all))
	return all, err
}
