package wire_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// stuck is a caller that reads nothing before finish is closed.
type stuck struct {
	http.ResponseWriter
	reached func()
	finish  <-chan struct{}
}

func (s *stuck) Write(p []byte) (int, error) {
	s.reached()
	<-s.finish
	return s.ResponseWriter.Write(p)
}

// However many callers read large pages slowly, all of them together hold a
// bounded amount of memory, and each gets events and a token for the others.
func TestSlowReaders(t *testing.T) {
	h := newHandler(t)
	ask := func(operation, body string, into any) {
		t.Helper()
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, post(operation, body)); w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", operation, w.Code, w.Body)
		}
		must(t, json.Unmarshal(w.Body.Bytes(), into))
	}
	const large = `{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.i","ItemSelector":{"c.$":"$.c"},"ResultPath":null,"End":true,
		"ItemProcessor":{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}}}}`
	definition, _ := json.Marshal(large)
	var none struct{}
	ask("CreateStateMachine", fmt.Sprintf(`{"name":"m","definition":%s,"roleArn":%q}`, definition, roleARN), &none)
	input, _ := json.Marshal(fmt.Sprintf(`{"i":[%s0],"c":%q}`, strings.Repeat("0,", 39), strings.Repeat("x", 100_000)))
	ask("StartExecution", fmt.Sprintf(`{"stateMachineArn":%q,"name":"e","input":%s}`, machine+"m", input), &none)
	arn := strings.Replace(machine, ":stateMachine:", ":execution:", 1) + "m:e"
	for status := "RUNNING"; status != "SUCCEEDED"; time.Sleep(time.Millisecond) {
		var x struct{ Status string }
		ask("DescribeExecution", fmt.Sprintf(`{"executionArn":%q}`, arn), &x)
		if status = x.Status; status == "FAILED" {
			t.Fatal("it failed")
		}
	}
	const callers = 40
	var reached, ended sync.WaitGroup
	finish := make(chan struct{})
	pages := make([]*httptest.ResponseRecorder, callers)
	for i := range callers {
		reached.Add(1)
		pages[i] = httptest.NewRecorder()
		ended.Go(func() {
			w := &stuck{pages[i], sync.OnceFunc(reached.Done), finish}
			h.ServeHTTP(w, post("GetExecutionHistory", fmt.Sprintf(`{"executionArn":%q,"maxResults":1000}`, arn)))
		})
	}
	reached.Wait()
	var memory runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	if memory.HeapAlloc > 192<<20 {
		t.Errorf("%d slow readers hold %d MB", callers, memory.HeapAlloc>>20)
	}
	close(finish)
	ended.Wait()
	var page struct {
		Events    []struct{ ID int }
		NextToken string
	}
	for _, w := range pages {
		page.Events = nil
		must(t, json.Unmarshal(w.Body.Bytes(), &page))
		if w.Code != http.StatusOK || len(page.Events) == 0 || page.Events[0].ID != 1 {
			t.Errorf("got %d, %d events", w.Code, len(page.Events))
		}
	}
	for range 20 { // the room is given back
		page.NextToken = ""
		if ask("GetExecutionHistory", fmt.Sprintf(`{"executionArn":%q,"maxResults":1000}`, arn), &page); len(page.Events) < 60 {
			t.Fatalf("a page after them has %d events", len(page.Events))
		}
	}
}
