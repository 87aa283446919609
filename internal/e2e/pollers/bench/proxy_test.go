package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

var end = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// twoPolls returns an API whose submissions are finished at their second poll, and
// unchanged at their first.
func twoPolls() http.Handler {
	submitted, polled := 0, map[string]int{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/submit", func(w http.ResponseWriter, r *http.Request) {
		submitted++
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintf(w, `{"id":"id%d","status":"NotStarted"}`, submitted)
	})
	mux.HandleFunc("GET /api/status/{id}", func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("id")
		if polled[id]++; polled[id] == 1 {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprintf(w, `{"id":%q,"status":"Succeeded","lastUpdatedTime":%q}`, id, end.Format(time.RFC3339))
	})
	return mux
}

// The proxy counts the polls of each submission, whichever of its addresses
// they go to, and passes everything on.
func TestProxyCounts(t *testing.T) {
	server := httptest.NewServer(twoPolls())
	defer server.Close()
	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := newSeen()
	proxy := httptest.NewServer(newProxy(to, s))
	defer proxy.Close()
	for _, tt := range []struct{ method, path, want string }{
		{"POST", "/one/api/submit", "id1"},
		{"POST", "/two/api/submit", "id2"},
		{"GET", "/api/status/id1", ""},
		{"GET", "/api/status/id2?failureStatus=409", ""},
		{"GET", "/two/api/status/id2", "Succeeded"},
	} {
		req, err := http.NewRequest(tt.method, proxy.URL+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if resp.Body.Close(); err != nil || !strings.Contains(string(body), tt.want) {
			t.Errorf("%s %s: %d %q, %v, want %s", tt.method, tt.path, resp.StatusCode, body, err, tt.want)
		}
	}
	if got := s.of("one"); got.polls != 1 || !got.ended.IsZero() {
		t.Errorf("the first was seen as %+v", got)
	}
	if got := s.of("two"); got.polls != 2 || !got.ended.Equal(end) {
		t.Errorf("the second was seen as %+v", got)
	}
}

func TestTable(t *testing.T) {
	all, tallies := []poller{{name: "this"}, {name: "that"}}, make([]tally, 2)
	tallies[0].add(submission{4, end}, end.Add(100*time.Millisecond))
	tallies[0].add(submission{2, end}, end.Add(300*time.Millisecond))
	tallies[1].add(submission{6, end}, end.Add(400*time.Millisecond))
	var out strings.Builder
	printTable(&out, all, tallies)
	var got []string
	for line := range strings.Lines(out.String()) {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	want := "polls ratio delay, mean ratio worst|this 3.0 1.00 200 ms 1.00 300 ms|that 6.0 2.00 400 ms 2.00 400 ms"
	if strings.Join(got, "|") != want {
		t.Errorf("got\n%s", &out)
	}
}
