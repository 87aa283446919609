package check

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"example.org/asynchttpapi/internal/openapitest"
)

// suites are the packages whose tests speak HTTP with the API.
var suites = []string{"./async/internal/apigateway", "./async/local"}

func TestExchangesOfTheSuites(t *testing.T) {
	folder := t.TempDir()
	cmd := exec.Command("go", append([]string{"test", "-count=1"}, suites...)...)
	cmd.Dir, cmd.Env = filepath.Join("..", "..", ".."), append(os.Environ(), openapitest.Folder+"="+folder)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	exchanges, err := openapitest.Exchanges(folder)
	if err != nil || len(exchanges) < 100 {
		t.Fatalf("%d exchanges were noted, %v", len(exchanges), err)
	}
	c, err := described()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range exchanges {
		checkOne(t, c, e)
	}
	t.Logf("%d exchanges are as described", len(exchanges))
	checkConnector(t, exchanges)
}

func checkOne(t *testing.T, c *checker, e openapitest.Exchange) {
	t.Helper()
	req := request(t, e)
	res := response(e, req)
	if err := c.check(req, res, e.Beyond); err != nil {
		t.Errorf("%s: %s %s is not as api/openapi.yaml describes it: %v\n%s", e.Test, e.Method, e.URL, err, e.ResponseBody)
	}
}

func request(t *testing.T, e openapitest.Exchange) *http.Request {
	t.Helper()
	u, err := url.Parse(e.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Request{Method: e.Method, URL: u, Host: u.Host, Header: e.Header, Body: body(e.Body)}
}

func response(e openapitest.Exchange, req *http.Request) *http.Response {
	return &http.Response{StatusCode: e.Code, Header: e.ResponseHeader, Body: body(e.ResponseBody), Request: req}
}

func body(b []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(b)) }
