package wire

import (
	"io"
	"net/http"
	"sync"
	"unicode/utf8"
)

const (
	// maxBody bounds a request. The largest legal one is a definition of 1 MiB
	// whose every character is escaped as \uXXXX.
	maxBody = 7 << 20
	// freeBody is how much of each request is read whatever others hold: all of
	// most requests.
	freeBody = 64 << 10
	// sharedBodies is what all requests hold together beyond that, in bytes,
	// while they are being read. A few callers that send large requests slowly
	// must not take the memory of all.
	sharedBodies = 64 << 20
)

func bodyTooLarge() *Error {
	return &Error{Type: "RequestEntityTooLargeException", Status: http.StatusRequestEntityTooLarge,
		Message: "The request is larger than this service reads"}
}

// tooManyBodies has a status after which SDKs try again.
func tooManyBodies() *Error {
	return &Error{Type: "ServiceUnavailable", Status: http.StatusServiceUnavailable,
		Message: "Too many large requests are being sent at the same time"}
}

// bodies counts the memory of the requests that are being read.
type bodies struct {
	mu   sync.Mutex
	held int
}

// take counts n bytes more, and reports whether there was room for them.
func (b *bodies) take(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held+n > sharedBodies {
		return false
	}
	b.held += n
	return true
}

func (b *bodies) give(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held -= n
}

// body is a request's body, and how many bytes of it are counted.
type body struct {
	of    *bodies
	bytes []byte
	held  int
}

// read reads a whole request, at most maxBody bytes of it, and gives it to use,
// which must not keep it. A request that announces more is rejected before any
// of it is sent: a caller that asked for 100 Continue (RFC 9110 section 10.1.1)
// gets the error in its place.
func (b *bodies) read(w http.ResponseWriter, r *http.Request, use func([]byte) *Error) *Error {
	if r.ContentLength > maxBody {
		return bodyTooLarge()
	}
	all := &body{of: b}
	defer func() { b.give(all.held) }()
	if f := all.fill(w, r); f != nil {
		return f
	}
	return use(all.bytes)
}

func (b *body) fill(w http.ResponseWriter, r *http.Request) *Error {
	from := http.MaxBytesReader(w, r.Body, maxBody+1) // so that one byte more is seen
	b.bytes = make([]byte, 0, firstBody(r))
	for {
		if len(b.bytes) == cap(b.bytes) && !b.grow() {
			return tooManyBodies()
		}
		n, err := from.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		switch {
		case len(b.bytes) > maxBody:
			return bodyTooLarge()
		case err == io.EOF && !utf8.Valid(b.bytes):
			return malformed("The request body is not valid UTF-8")
		case err == io.EOF:
			return nil
		case err != nil:
			return malformed("The request body could not be read to its end")
		}
	}
}

// firstBody returns the room for the beginning of a body: for all of it where it
// announces that it is short, with one byte to see its end.
func firstBody(r *http.Request) int {
	if r.ContentLength >= 0 && r.ContentLength < freeBody {
		return int(r.ContentLength) + 1
	}
	return freeBody
}

// grow makes room for as much again as there is.
func (b *body) grow() bool {
	room := min(2*cap(b.bytes), maxBody+1)
	if room > freeBody {
		// While it is copied the body is there twice.
		if !b.of.take(room) {
			return false
		}
		defer func(before int) { b.of.give(before) }(b.held)
		b.held = room
	}
	grown := make([]byte, len(b.bytes), room)
	copy(grown, b.bytes)
	b.bytes = grown
	return true
}
