package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"time"
)

// conn makes exchanges with an API and knows nothing of what they mean.
type conn struct {
	cfg     Config
	http    *http.Client
	results *http.Client // for results, whose redirects lead to storage
	trusted origins
	ambient ambient
}

func newConn(cfg Config, trusted origins) *conn {
	h := cfg.HTTPClient
	if h == nil {
		h = ownHTTPClient()
	}
	return &conn{
		cfg: cfg, http: guarded(h, trusted, cfg.Header), results: storage(h, trusted, cfg.Header), trusted: trusted, ambient: realAmbient(),
	}
}

func (c *conn) newKey() string { return c.ambient.text() }

// maxHeader bounds response headers, in bytes; net/http alone allows 10 MiB.
const maxHeader = 64 << 10

func ownHTTPClient() *http.Client {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	t.MaxResponseHeaderBytes = maxHeader
	t.IdleConnTimeout = 90 * time.Second
	t.MaxIdleConnsPerHost = 100 // net/http alone keeps 2, and a program may wait for many
	return &http.Client{Transport: t}
}

// answer is a response whose body has been read.
type answer struct {
	request  request
	url      *url.URL // where it came from, after redirects
	status   int
	header   http.Header
	body     []byte
	tooLarge bool
}

var errAttemptTimeout = errors.New("no complete answer in time")

// attempt sends the request once and reads all of the answer it is willing to
// read, in bounded time.
func (c *conn) attempt(ctx context.Context, r request) (*answer, error) {
	r = r.within(ctx, c.ambient.now())
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := c.ambient.after(c.cfg.Timeout+r.wait, func() { cancel(errAttemptTimeout) })
	defer stop()
	req, err := r.build(ctx, c.cfg.Header)
	if err != nil {
		return nil, err
	}
	if err := c.trusted.check(req.URL); err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, attemptError(ctx, err)
	}
	defer resp.Body.Close()
	a := &answer{request: r, url: resp.Request.URL, status: resp.StatusCode, header: resp.Header}
	if err := a.read(resp.Body, c.cfg.MaxBody); err != nil {
		return nil, attemptError(ctx, err)
	}
	return a, nil
}

func (a *answer) read(body io.Reader, limit int64) (err error) {
	a.body, err = io.ReadAll(io.LimitReader(body, limit+1))
	if int64(len(a.body)) > limit {
		a.body, a.tooLarge = nil, true
		return nil
	}
	a.body = bytes.TrimPrefix(a.body, byteOrderMark)
	return err
}

// byteOrderMark is U+FEFF in UTF-8. A server must not send it before JSON, and a
// parser may ignore it (RFC 8259, section 8.1).
var byteOrderMark = []byte("\xef\xbb\xbf")

// attemptError leaves out the URL that net/http puts into its errors, because
// a status URL is a capability and errors end up in logs.
func attemptError(ctx context.Context, err error) error {
	if context.Cause(ctx) == errAttemptTimeout {
		return errAttemptTimeout
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// ambient is what the client takes from its surroundings. Tests replace it.
type ambient struct {
	now func() time.Time
	// after calls f once d has passed, unless stopped.
	after func(d time.Duration, f func()) (stop func() bool)
	// random returns a number in [0, 1).
	random func() float64
	// text returns a string that cannot be guessed, of 128 random bits or more.
	text func() string
}

func realAmbient() ambient {
	return ambient{
		now:    time.Now,
		after:  func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop },
		random: mathrand.Float64,
		text:   rand.Text,
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
