package wire_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// A request that announces more than the service reads is rejected before its
// body, whether or not the caller waits for 100 Continue.
func TestAnnouncedLargeBody(t *testing.T) {
	server := httptest.NewServer(newHandler(t))
	defer server.Close()
	for _, expect := range []string{"", "Expect: 100-continue\r\n"} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		must(t, err)
		defer conn.Close()
		_, err = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n"+
			"X-Amz-Target: AWSStepFunctions.ListStateMachines\r\nContent-Length: %d\r\n%s\r\n", 1<<30, expect)
		must(t, err)
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil || !strings.HasPrefix(line, "HTTP/1.1 413 ") {
			t.Errorf("%q: got %q, %v", expect, line, err)
		}
	}
}

// halfSent is a body whose rest does not come before finish is closed.
type halfSent struct {
	sent   io.Reader
	stuck  func()
	finish <-chan struct{}
}

func (h *halfSent) Read(p []byte) (int, error) {
	if n, err := h.sent.Read(p); err == nil {
		return n, nil
	}
	h.stuck()
	<-h.finish
	return 0, io.ErrUnexpectedEOF
}

// However many callers send large requests and stop in the middle, all of them
// together hold a bounded amount of memory, and requests of the usual size are
// answered.
func TestHalfSentBodies(t *testing.T) {
	h := newHandler(t)
	const callers, length = 60, 7_000_000
	finish := make(chan struct{})
	var settled, ended sync.WaitGroup // each is stuck, or has its answer
	statuses := make([]int, callers)
	for i := range callers {
		settled.Add(1)
		once := sync.OnceFunc(settled.Done)
		ended.Go(func() {
			defer once()
			body := &halfSent{sent: io.LimitReader(endless{}, length-1), stuck: once, finish: finish}
			r := post("ListStateMachines", "")
			r.Body, r.ContentLength = io.NopCloser(body), length
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			statuses[i] = w.Code
		})
	}
	settled.Wait()
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	if memory.HeapAlloc > 128<<20 {
		t.Errorf("%d half-sent requests hold %d MB", callers, memory.HeapAlloc>>20)
	}
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, post("ListStateMachines", "{}")); w.Code != http.StatusOK {
		t.Errorf("a small request beside them gets %d %s", w.Code, w.Body)
	}
	close(finish)
	ended.Wait()
	count := map[int]int{}
	for _, status := range statuses {
		count[status]++
	}
	if count[503] == 0 || count[503]+count[400] != callers {
		t.Errorf("answers: %v", count)
	}
	w = httptest.NewRecorder()
	padded := "{" + strings.Repeat(" ", 6_000_000) + "}"
	if h.ServeHTTP(w, post("ListStateMachines", padded)); w.Code != http.StatusOK {
		t.Errorf("a large request after them gets %d %s", w.Code, w.Body)
	}
}

// endless is white space.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
