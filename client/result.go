package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

var (
	// ErrNotFinished is the error for a result that is read before the end.
	ErrNotFinished = errors.New("client: the submission is not finished yet")
	// ErrNoResult is the error for the result of a submission that ended without.
	ErrNoResult = errors.New("client: the submission has no result")
	// ErrResultChanged is the error for a result that became another one while it
	// was read: what was read and what would follow do not belong together.
	ErrResultChanged = errors.New("client: the result changed while it was read")
)

// ResultBody is the result of a submission as a stream. It is not safe for
// concurrent use, and has to be closed.
//
// A stream that is interrupted goes on where it was: with a Range request under
// the condition that the result is still the same one (RFC 9110, sections 13.1.5
// and 14.2), as often as [Config].MaxRetries says without a byte in between. That
// needs a strong ETag; without one an interruption is an error.
type ResultBody struct {
	// MediaType is the Content-Type as it came.
	MediaType string
	// FileName is the name that the server suggests, without directories and
	// control characters; empty where it suggests none.
	FileName string
	// Size is the number of bytes of the whole result, -1 if not known.
	Size int64
	// ETag identifies the result; empty if it has none.
	ETag string

	ctx      context.Context
	conn     *conn
	url      string
	offset   int64 // of the next byte to hand out
	discard  int64 // bytes of the body that come before it
	failures int   // interruptions since the last byte
	body     io.ReadCloser
	cancel   context.CancelCauseFunc
	err      error // for good
}

// Result opens the result of a submission. The state names it: by its ResultURL,
// or else by the result inline, or else by its ID. The context bounds the reading
// as well. Credentials of the [Config] go to trusted origins only; redirects may
// lead to storage at any http or https host.
//
// The error is ErrNotFinished before the end, ErrNoResult where the state says so,
// and ErrNotFound where the server does.
func (c *Client[Result]) Result(ctx context.Context, s State[Result]) (*ResultBody, error) {
	b := &ResultBody{ctx: ctx, conn: c.conn, url: s.ResultURL, Size: -1}
	inline := s.Submission.Result
	switch {
	case s.Status != "" && !s.Done():
		return nil, ErrNotFinished
	case b.url == "" && len(inline) > 0:
		b.MediaType, b.Size, b.body, b.cancel = "application/json", int64(len(inline)), io.NopCloser(bytes.NewReader(inline)), func(error) {}
		return b, nil
	case s.Done() && b.url == "":
		return nil, ErrNoResult
	case b.url == "" && !validID(s.ID):
		return nil, ErrReference
	case b.url == "":
		b.url = c.result.JoinPath(s.ID).String()
	}
	if err := b.open(); err != nil {
		return nil, err
	}
	return b, nil
}

// Read reads the next bytes, and goes on after an interruption.
func (b *ResultBody) Read(p []byte) (int, error) {
	for b.err == nil {
		if b.Size >= 0 && b.offset >= b.Size {
			b.err = io.EOF
			break
		}
		if b.body == nil {
			if b.err = b.open(); b.err != nil {
				break
			}
		}
		n, err := b.read(p)
		b.offset += int64(n)
		if n > 0 {
			b.failures = 0
		}
		if err != nil {
			b.err = b.interrupted(err)
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, b.err
}

// read reads once from the body, in bounded time. What precedes the offset, of a
// server that ignores Range, is left out.
func (b *ResultBody) read(p []byte) (int, error) {
	stop := b.conn.ambient.after(b.conn.cfg.Timeout, func() { b.cancel(errAttemptTimeout) })
	n, err := b.body.Read(p)
	if !stop() && err != nil && b.ctx.Err() == nil && err != io.EOF {
		err = errAttemptTimeout
	}
	left := min(b.discard, int64(n))
	b.discard -= left
	return copy(p, p[left:n]), err
}

// interrupted returns what ends the reading for good after an error of the body,
// or nil if it is to go on in a new one.
func (b *ResultBody) interrupted(err error) error {
	b.closeBody()
	whole := b.Size < 0 && b.discard == 0 || b.Size >= 0 && b.offset >= b.Size
	switch {
	case err == io.EOF && whole:
		return io.EOF
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	case b.ctx.Err() != nil:
		return contextError(b.ctx)
	}
	b.failures++
	if b.failures > b.conn.cfg.MaxRetries || !b.resumable() {
		return &UnreachableError{Attempts: b.failures, Err: err}
	}
	return b.conn.pause(b.ctx, Retry{Attempt: b.failures, Err: err, Delay: b.conn.delay(b.failures, nil)})
}

// resumable reports whether the rest can be asked for: from the start always,
// later only with a strong validator.
func (b *ResultBody) resumable() bool {
	return b.offset == 0 || b.ETag != "" && !strings.HasPrefix(b.ETag, "W/")
}

// Skip leaves out the next n bytes, which do not travel if the server understands
// Range: they are known from before, by the same ETag. The error says so where the
// result has no strong ETag.
func (b *ResultBody) Skip(n int64) error {
	switch {
	case n == 0:
		return nil
	case n < 0 || b.Size >= 0 && n > b.Size-b.offset:
		return errors.New("client: the result does not have as many bytes")
	case b.ETag == "" || strings.HasPrefix(b.ETag, "W/"):
		return errors.New("client: the result cannot be resumed: it has no strong ETag")
	}
	b.closeBody()
	b.offset += n
	return nil
}

// Close ends the reading.
func (b *ResultBody) Close() error {
	b.closeBody()
	if b.err == nil {
		b.err = errors.New("client: the result is closed")
	}
	return nil
}

func (b *ResultBody) closeBody() {
	if b.body != nil {
		b.cancel(nil)
		b.body.Close()
	}
	b.body, b.discard = nil, 0
}

// open requests the bytes from the offset on.
func (b *ResultBody) open() error {
	a, err := b.conn.repeat(b.ctx, b.attempt)
	if err != nil || b.body != nil {
		return err
	}
	switch {
	case a.status == http.StatusAccepted:
		return ErrNotFinished
	case a.status >= 400 && a.status != http.StatusRequestedRangeNotSatisfiable:
		return a.problem()
	case b.offset > 0 && (a.status == http.StatusOK || a.status == http.StatusPartialContent || a.status >= 400):
		return ErrResultChanged
	}
	return a.breaks("unexpected status code")
}

// attempt requests once. The answer has a body only where it is not the result.
func (b *ResultBody) attempt() (*answer, error) {
	ctx, cancel := context.WithCancelCause(b.ctx)
	stop := b.conn.ambient.after(b.conn.cfg.Timeout, func() { cancel(errAttemptTimeout) })
	defer stop()
	r := request{method: http.MethodGet, url: b.url}
	req, err := r.build(ctx, b.conn.cfg.Header)
	if err == nil {
		err = b.conn.trusted.check(req.URL)
	}
	if err != nil {
		cancel(nil)
		return nil, err
	}
	req.Header.Set("Accept", "*/*")
	req.Header.Set("Accept-Encoding", "identity") // the bytes are counted
	if b.offset > 0 {
		req.Header.Set("Range", "bytes="+strconv.FormatInt(b.offset, 10)+"-")
		req.Header.Set("If-Range", b.ETag)
	}
	resp, err := b.conn.results.Do(req)
	if err != nil {
		defer cancel(nil)
		return nil, attemptError(ctx, err)
	}
	a := &answer{request: r, url: resp.Request.URL, status: resp.StatusCode, header: resp.Header}
	if b.takes(resp) {
		b.body, b.cancel = resp.Body, cancel
		return a, nil
	}
	defer cancel(nil)
	defer resp.Body.Close()
	if a.status < 400 {
		return a, nil
	}
	if err := a.read(resp.Body, b.conn.cfg.MaxBody); err != nil {
		return nil, attemptError(ctx, err)
	}
	return a, nil
}

// takes reports whether the response has the bytes that are to be read next.
func (b *ResultBody) takes(resp *http.Response) bool {
	h := resp.Header
	if b.offset == 0 {
		if resp.StatusCode != http.StatusOK {
			return false
		}
		b.MediaType, b.FileName = h.Get("Content-Type"), fileName(h)
		b.Size, b.ETag = resp.ContentLength, entityTag(h)
		return true
	}
	switch tag := entityTag(h); {
	case resp.StatusCode == http.StatusPartialContent && (tag == "" || tag == b.ETag):
		from, ok := rangeStart(h.Get("Content-Range"))
		return ok && from == b.offset
	case resp.StatusCode == http.StatusOK && tag == b.ETag: // Range was ignored
		b.discard = b.offset
		return true
	}
	return false
}

// rangeStart returns the position of the first byte of a Content-Range (RFC 9110,
// section 14.4), such as "bytes 7-41/42".
func rangeStart(v string) (int64, bool) {
	unit, rest, _ := strings.Cut(v, " ")
	first, _, found := strings.Cut(rest, "-")
	n, err := strconv.ParseInt(first, 10, 64)
	return n, found && err == nil && n >= 0 && strings.EqualFold(unit, "bytes")
}

// fileName returns the file name of a Content-Disposition (RFC 6266), without what
// would lead to another directory or be obeyed by a terminal.
func fileName(h http.Header) string {
	_, params, err := mime.ParseMediaType(h.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	name := path.Base(strings.ReplaceAll(bounded(params["filename"]), `\`, "/"))
	if name == "." || name == ".." || name == "/" {
		return ""
	}
	return name
}
