package client_test

import (
	"errors"
	"net/http"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

func TestErrorTexts(t *testing.T) {
	many := make([]api.FieldError, 12)
	for i := range many {
		many[i] = api.FieldError{Pointer: "/x", Detail: "d"}
	}
	const ten = "; /x: d; /x: d; /x: d; /x: d; /x: d; /x: d; /x: d; /x: d; /x: d; /x: d"
	tests := []struct {
		err  error
		want string
	}{
		{&client.FailedError{ID: "a1", Code: "TimedOut", Message: "Too late."}, "client: submission a1 failed: Too late. (TimedOut)"},
		{&client.FailedError{ID: "a1"}, "client: submission a1 failed: no reason given"},
		{&client.CanceledError{ID: "a1"}, "client: submission a1 was canceled"},
		{&client.UnreachableError{Attempts: 2, Err: errors.New("x")}, "client: no answer in 2 attempts: x"},
		{&client.ProtocolError{Reason: "x"}, "client: the server breaks the contract: x"},
		{&client.ProblemError{StatusCode: 422, Problem: api.Problem{Title: "T", Errors: many}}, "client: 422 T" + ten + "; and 2 more"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestProblemsAreTheirSentinels(t *testing.T) {
	sentinels := map[int]error{
		http.StatusNotFound: client.ErrNotFound, http.StatusGone: client.ErrGone, http.StatusConflict: client.ErrConflict,
		http.StatusUnprocessableEntity: client.ErrInvalid, http.StatusTooManyRequests: client.ErrThrottled,
	}
	for code, want := range sentinels {
		for other, sentinel := range sentinels {
			if is := errors.Is(&client.ProblemError{StatusCode: code}, sentinel); is != (other == code) {
				t.Errorf("%d is %v: %v", code, sentinel, is)
			}
		}
		if errors.Is(&client.ProblemError{StatusCode: http.StatusTeapot}, want) {
			t.Errorf("418 is %v", want)
		}
	}
}
