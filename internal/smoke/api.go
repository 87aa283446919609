package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	wire "example.org/asynchttpapi/api"
)

// timeout bounds one request; the gateway gives up after 30 s.
const timeout = 35 * time.Second

// maxBody is more than any answer has, in bytes.
const maxBody = 1 << 20

// api is the API under test.
type api struct {
	url string
	// header goes with submits alone: a status URL needs nothing.
	header http.Header
}

// check is one rule of the contract.
type check struct {
	name string
	run  func(context.Context, *api) error
}

// answer is a response, its body read.
type answer struct {
	code   int
	header http.Header
	body   []byte
}

// send makes one request. Its header are pairs of name and value.
func (a *api) send(ctx context.Context, method, path, body string, header ...string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, a.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if method == http.MethodPost {
		req.Header = a.header.Clone()
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // no redirects
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return answer{resp.StatusCode, resp.Header, text}, err
}

// wantProblem checks an RFC 9457 problem.
func (r answer) wantProblem(code int) error {
	if r.code != code {
		return fmt.Errorf("answered %d, want %d", r.code, code)
	}
	if got := r.header.Get("Content-Type"); got != wire.MediaTypeProblem {
		return fmt.Errorf("Content-Type is %q, want %s", got, wire.MediaTypeProblem)
	}
	var p wire.Problem
	if err := json.Unmarshal(r.body, &p); err != nil {
		return fmt.Errorf("the problem is not JSON: %w", err)
	}
	if err := r.noStatusMember(); err != nil {
		return err
	}
	if p.Title == "" || p.Error.Code == "" || p.Error.Message == "" {
		return fmt.Errorf("the problem lacks a member: %s", r.body)
	}
	return r.wantHeader("Cache-Control", "no-store")
}

// noStatusMember refuses a problem with a member "status", with which some
// pollers never end; see api.Problem.
func (r answer) noStatusMember() error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(r.body, &members); err != nil {
		return fmt.Errorf("the problem is no JSON object: %w", err)
	}
	if value, has := members["status"]; has {
		return fmt.Errorf("the problem has a member \"status\": %s", value)
	}
	return nil
}

func (r answer) wantHeader(name, want string) error {
	if got := r.header.Get(name); got != want {
		return fmt.Errorf("%s is %q, want %q", name, got, want)
	}
	return nil
}
