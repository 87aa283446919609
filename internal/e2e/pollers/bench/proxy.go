package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"example.org/asynchttpapi/api"
)

// submission is what the proxy has seen of one.
type submission struct {
	polls int
	ended time.Time // as the server recorded it
}

// seen is all that the proxy has seen: a submission has the name that its
// submit's path began with, and the id that the answer gave it.
type seen struct {
	mu    sync.Mutex
	names map[string]string // by id
	all   map[string]submission
}

func newSeen() *seen { return &seen{names: map[string]string{}, all: map[string]submission{}} }

func (s *seen) of(name string) submission {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[name]
}

func (s *seen) note(req *http.Request, got api.Submission) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if req.Method == http.MethodPost {
		name, _ := req.Context().Value(nameKey{}).(string)
		s.names[got.ID] = name
		return
	}
	name := s.names[path.Base(req.URL.Path)]
	of := s.all[name]
	of.polls++
	if got.Status.Terminal() {
		of.ended = got.LastUpdatedTime
	}
	s.all[name] = of
}

type nameKey struct{}

// newProxy passes /NAME/api/… and /api/… on to the server as /api/….
func newProxy(server *url.URL, s *seen) http.Handler {
	rewrite := func(r *httputil.ProxyRequest) {
		name, rest, _ := strings.Cut(strings.TrimPrefix(r.In.URL.Path, "/"), "/")
		r.Out = r.Out.WithContext(context.WithValue(r.Out.Context(), nameKey{}, name))
		if name != "api" {
			r.Out.URL.Path, r.Out.URL.RawPath = "/"+rest, ""
		}
		r.SetURL(server)
	}
	return &httputil.ReverseProxy{
		Rewrite:        rewrite,
		ModifyResponse: s.read,
		Transport:      &http.Transport{MaxIdleConnsPerHost: 1000},
	}
}

// read notes a response and puts its body back.
func (s *seen) read(resp *http.Response) error {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	var got api.Submission
	if len(body) > 0 { // a 304 has none
		err = json.Unmarshal(body, &got)
	}
	s.note(resp.Request, got)
	return err
}
