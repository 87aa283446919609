// Package lambdainvoke calls functions over the Lambda Invoke REST API, as
// `sam local start-lambda` serves it, and names what goes wrong in the words
// that Step Functions uses for Lambda tasks.
package lambdainvoke

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// maxPayload is the length of the longest answer that Lambda passes on, in
// bytes: 6 MB, and the 100 that its own error about longer ones counts.
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const maxPayload = 6<<20 + 100

// maxErrorBody bounds what is read of Lambda's error where it does not run a function, a sentence.
const maxErrorBody = 64 << 10

// idlePerHost is how many connections wait for the next call. A Map calls in
// bursts, and a connection made again for each call costs more than the call.
const idlePerHost = 256

// sdkClientException is what a call is that got no answer at all.
const sdkClientException = "Lambda.SdkClientException"

// Client calls the functions behind one endpoint. Its methods may be used by
// many goroutines.
type Client struct {
	base string
	http *http.Client
}

// New makes a Client for an endpoint such as http://127.0.0.1:3001. The error
// says what is wrong with the address; nothing is called yet.
func New(endpoint string) (*Client, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("the Lambda endpoint %q is not an http:// or https:// address", endpoint)
	}
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		MaxIdleConns:        0,
		MaxIdleConnsPerHost: idlePerHost,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
	}
	return &Client{base: strings.TrimRight(endpoint, "/"), http: &http.Client{Transport: transport, CheckRedirect: neverFollow}}, nil
}

// neverFollow makes a redirect the answer itself. Lambda's Invoke never
// redirects, so one comes from something else at the endpoint's address, a
// proxy's log-in page for instance. Followed, it would make a GET of the POST
// (RFC 9110 section 15.4) and that page the function's result.
func neverFollow(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Close drops the idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Invoke calls a function and waits for its result; Invoker in the package
// engine says what its errors mean. function may be a name, a partial ARN or
// an ARN, each with or without a version or alias at its end.
func (c *Client) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	name, qualifier, ok := splitFunction(function)
	if !ok {
		return nil, &engine.ServiceError{Name: "Lambda.InvalidParameterValueException",
			Message: "The derived qualifier from the function name does not match the specified qualifier."}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address(name, qualifier), bytes.NewReader(payload))
	if err != nil {
		return nil, &engine.ServiceError{Name: sdkClientException, Message: "Unable to make a request of the function name"}
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, unreachable(ctx, err)
	}
	defer answer.Body.Close()
	return read(ctx, answer)
}

// read reads the answer to an invocation. One that is longer than Lambda passes
// on is never taken for its beginning.
func read(ctx context.Context, answer *http.Response) ([]byte, error) {
	refused := answer.StatusCode/100 != 2
	limit := int64(maxPayload)
	if refused {
		limit = maxErrorBody
	}
	result, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	tooLarge := int64(len(result)) > limit
	switch {
	case err != nil:
		return nil, unreachable(ctx, err)
	case refused:
		return nil, serviceError(answer, result[:min(limit, int64(len(result)))])
	case answer.Header.Get("X-Amz-Function-Error") != "" && tooLarge:
		return nil, &engine.FunctionError{Payload: shortened(result)}
	case answer.Header.Get("X-Amz-Function-Error") != "":
		return nil, &engine.FunctionError{Payload: result}
	case tooLarge:
		return nil, engine.ErrResultTooLarge
	}
	return result, nil
}

func (c *Client) address(name, qualifier string) string {
	address := c.base + "/2015-03-31/functions/" + url.PathEscape(name) + "/invocations"
	if qualifier != "" {
		address += "?Qualifier=" + url.QueryEscape(qualifier)
	}
	return address
}

// unreachable distinguishes a call that its caller canceled from an endpoint that does
// not answer.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	detail := err
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		detail = wrapped.Err
	}
	return &engine.ServiceError{Name: sdkClientException, Message: "Unable to execute HTTP request: " + detail.Error()}
}

// splitFunction takes the name and the qualifier out of a function name
// (NAME, NAME:QUALIFIER), a partial ARN (ACCOUNT:function:NAME[:QUALIFIER]) or
// an ARN (arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]). A second
// qualifier is the one that the request itself has: ok is false where it is
// not the same.
func splitFunction(function string) (name, qualifier string, ok bool) {
	rest := function
	if _, after, ok := strings.Cut(":"+function, ":function:"); ok {
		rest = after
	}
	name, qualifier, _ = strings.Cut(rest, ":")
	qualifier, asked, twice := strings.Cut(qualifier, ":")
	return name, qualifier, !twice || asked == qualifier
}
