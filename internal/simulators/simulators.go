// Package simulators plays the parts of low-code platforms that cannot run here:
// the HTTP action and the HTTP trigger of Azure Logic Apps, and the polling
// trigger of a custom connector. They are written from Microsoft's documentation,
// a source beside each rule, and not from what this service does.
//
// Where the documentation is silent they take what is hardest for a service: a
// poll carries none of the headers of the action, and no cookie.
package simulators

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Platform is what the simulators run in.
type Platform struct {
	// Transport sends requests; http.DefaultTransport if nil. No redirect is
	// followed.
	Transport http.RoundTripper
	// Sleep waits; real time if nil.
	Sleep func(context.Context, time.Duration) error
}

// Answer is a response that was read.
type Answer struct {
	Code   int
	Header http.Header
	Body   []byte
}

// The default retry policy: four retries, in pauses that grow from 7.5 s and stay
// within 5 s and 45 s; for 408, 429, 5xx and connections that break.
// https://learn.microsoft.com/azure/logic-apps/error-exception-handling
const (
	retries       = 4
	retryInterval = 7500 * time.Millisecond
	retryLeast    = 5 * time.Second
	retryMost     = 45 * time.Second
)

// stripped are the headers that the platform does not send.
// https://learn.microsoft.com/azure/connectors/connectors-native-http
func stripped(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "content-disposition", "content-encoding", "content-type":
		return false
	case "allow", "cookie", "expires", "host", "last-modified", "origin", "set-cookie", "transfer-encoding":
		return true
	}
	return strings.HasPrefix(name, "accept-") || strings.HasPrefix(name, "content-")
}

// send sends a request with the retry policy.
func (p Platform) send(ctx context.Context, method, address string, header http.Header, body []byte) (Answer, error) {
	if u, err := url.Parse(address); err != nil || !u.IsAbs() {
		return Answer{}, fmt.Errorf("%q is no absolute URL", address)
	}
	for made := 0; ; made++ {
		a, err := p.once(ctx, method, address, header, body)
		again := err != nil || a.Code == http.StatusRequestTimeout || a.Code == http.StatusTooManyRequests || a.Code >= 500
		if !again || made == retries || ctx.Err() != nil {
			return a, err
		}
		pause := min(max(retryInterval<<made, retryLeast), retryMost)
		if after, ok := retryAfter(a.Header); ok {
			pause = after // https://learn.microsoft.com/azure/logic-apps/handle-throttling-problems-429-errors
		}
		if err := p.sleep(ctx, pause); err != nil {
			return a, err
		}
	}
}

func (p Platform) once(ctx context.Context, method, address string, header http.Header, body []byte) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	for name, values := range header {
		if !stripped(name) {
			req.Header[name] = values
		}
	}
	transport := p.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return Answer{resp.StatusCode, resp.Header, text}, err
}

// requestTimeout is how long one request may take.
// https://learn.microsoft.com/azure/logic-apps/logic-apps-limits-and-configuration
const requestTimeout = 120 * time.Second

func (p Platform) sleep(ctx context.Context, d time.Duration) error {
	if p.Sleep != nil {
		return p.Sleep(ctx, d)
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retryAfter reads whole seconds.
func retryAfter(h http.Header) (time.Duration, bool) {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	return time.Duration(n) * time.Second, err == nil && n >= 0
}

// Run is what an HTTP action has come to.
type Run struct {
	Answer
	// Succeeded says that the action did, which the code alone says.
	Succeeded bool
	Polls     int
}

// defaultPause is the pause where a 202 has no Retry-After.
// https://learn.microsoft.com/azure/connectors/connectors-native-http
const defaultPause = 20 * time.Second

// HTTPAction runs an HTTP action with the asynchronous pattern, which is on by
// default: a 202 with a Location is polled there, in pauses of its Retry-After,
// until the answer is another one. A 2xx is a success; a redirect is not.
// https://learn.microsoft.com/azure/connectors/connectors-native-http
func (p Platform) HTTPAction(ctx context.Context, method, address string, header http.Header, body []byte) (r Run, err error) {
	r.Answer, err = p.send(ctx, method, address, header, body)
	for err == nil && r.Code == http.StatusAccepted && r.Header.Get("Location") != "" {
		pause, ok := retryAfter(r.Header)
		if !ok {
			pause = defaultPause
		}
		if err = p.sleep(ctx, pause); err != nil {
			break
		}
		r.Polls++
		r.Answer, err = p.send(ctx, http.MethodGet, r.Header.Get("Location"), nil, nil)
	}
	r.Succeeded = err == nil && r.Code >= 200 && r.Code < 300
	return r, err
}

// HTTPTrigger is an HTTP trigger with a recurrence.
// https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers
type HTTPTrigger struct {
	Platform
	// URL is what the workflow's author gave, and Header is sent with each poll.
	URL    string
	Header http.Header
	// Recurrence is the pause where a response asks for no other.
	Recurrence time.Duration

	next string
}

// Poll polls once, and returns the body of the run that it starts, nil for none,
// and when to poll again. Only a 200 starts a run. Location is the next URL, or
// else it is the first one again.
// https://learn.microsoft.com/azure/logic-apps/logic-apps-create-api-app
func (t *HTTPTrigger) Poll(ctx context.Context) (run []byte, again time.Duration, err error) {
	a, err := t.send(ctx, http.MethodGet, cmp.Or(t.next, t.URL), t.Header, nil)
	if err != nil {
		return nil, t.Recurrence, err
	}
	again = t.Recurrence
	if after, ok := retryAfter(a.Header); ok {
		again = after
	}
	switch a.Code {
	case http.StatusOK:
		run = a.Body
	case http.StatusAccepted:
	default:
		return nil, t.Recurrence, fmt.Errorf("the trigger was answered %d", a.Code)
	}
	t.next = a.Header.Get("Location")
	return run, again, nil
}
