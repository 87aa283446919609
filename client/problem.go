package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"example.org/asynchttpapi/api"
)

// ProblemError is a refusal, as the server put it. Its texts are the server's:
// show them as text, never to a terminal or a page as they are.
type ProblemError struct {
	// StatusCode is the response's. What a body says of it does not count.
	StatusCode int
	// Problem is empty but for Title when the body was no problem
	// document. Problem.Errors names the fields at fault.
	Problem api.Problem
}

func (e *ProblemError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "client: %d %s", e.StatusCode, bounded(e.Problem.Title))
	if e.Problem.Detail != "" {
		b.WriteString(": " + bounded(e.Problem.Detail))
	}
	for i, f := range e.Problem.Errors {
		if i == 10 {
			fmt.Fprintf(&b, "; and %d more", len(e.Problem.Errors)-i)
			break
		}
		fmt.Fprintf(&b, "; %s: %s", bounded(f.Pointer), bounded(f.Detail))
	}
	return b.String()
}

// Is makes the error one of this package's sentinels, by its status code.
func (e *ProblemError) Is(target error) bool {
	switch e.StatusCode {
	case http.StatusNotFound:
		return target == ErrNotFound
	case http.StatusGone:
		return target == ErrGone
	case http.StatusConflict:
		return target == ErrConflict
	case http.StatusUnprocessableEntity:
		return target == ErrInvalid
	case http.StatusTooManyRequests:
		return target == ErrThrottled
	}
	return false
}

// problem reads a refusal. A body that is no problem document, such as a
// proxy's page, is not worth showing.
func (a *answer) problem() error {
	e := &ProblemError{StatusCode: a.status}
	if a.tooLarge || !a.isJSON() || json.Unmarshal(a.body, &e.Problem) != nil {
		e.Problem = api.Problem{}
	}
	if e.Problem.Title == "" {
		e.Problem.Title = http.StatusText(a.status)
	}
	return e
}

// bounded shortens a text of the server's for an error message, and takes the
// control characters out that a terminal or a log would obey.
func bounded(s string) string {
	const most = 300
	s = strings.Map(func(r rune) rune {
		if r < ' ' || (r >= 0x7f && r < 0xa0) {
			return ' '
		}
		return r
	}, s[:min(len(s), 4*most)])
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
