package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		cfg  client.Config
		want string
	}{
		{client.Config{}, "absolute http or https"},
		{client.Config{BaseURL: "localhost:3000"}, "absolute http or https"},
		{client.Config{BaseURL: "ftp://h"}, "absolute http or https"},
		{client.Config{BaseURL: "http://[::1"}, "cannot be read"},
		{client.Config{BaseURL: "http://u:pw@h"}, "Config.Header"},
		{client.Config{BaseURL: "http://h?x=1"}, "no query"},
		{client.Config{BaseURL: "http://h", TrustedOrigins: []string{"h2"}}, "absolute http or https"},
		{client.Config{BaseURL: "http://h", FailureStatus: 500}, "neither 200 nor 409"},
		{client.Config{BaseURL: "http://h", Timeout: -1}, "must not be negative"},
	}
	for _, tt := range tests {
		_, err := client.New[json.RawMessage](tt.cfg)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "pw") {
			t.Errorf("%+v: error %v", tt.cfg, err)
		}
	}
}

func TestReferences(t *testing.T) {
	s := serve(t, approved(), approved())
	c, _ := dial(t, s, func(cfg *client.Config) { cfg.BaseURL += "/prod/" })
	for _, ref := range []string{"a1", s.URL + "/prod/api/status/a1?failureStatus=409"} {
		if _, err := c.Status(context.Background(), ref); err != nil {
			t.Errorf("%s: %v", ref, err)
		}
	}
	for i, want := range []string{"/prod/api/status/a1", "/prod/api/status/a1?failureStatus=409"} {
		if got := s.requests()[i].URL.String(); got != want {
			t.Errorf("asked %s, want %s", got, want)
		}
	}
	for _, ref := range []string{"", ".", "..", "a/b", "a?b", "a b", "a%2fb", "ä", strings.Repeat("x", 257), "file:///x"} {
		if _, err := c.Status(context.Background(), ref); !errors.Is(err, client.ErrReference) {
			t.Errorf("%q: error %v", ref, err)
		}
	}
}

// The real timer, once, for as short a time as it can measure.
func TestSleepsByItself(t *testing.T) {
	s := serve(t, drop, approved())
	c, err := client.New[json.RawMessage](client.Config{BaseURL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	client.Replace(c, client.Fake{Random: func() float64 { return -0.999 }})
	if _, err := c.Status(context.Background(), "a1"); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	from := client.State[json.RawMessage]{Submission: api.Submission{Status: api.Running}, URL: s.URL, RetryAfter: time.Hour}
	if _, err := c.Wait(ctx, from); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}
