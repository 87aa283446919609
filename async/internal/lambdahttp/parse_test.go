package lambdahttp_test

import (
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/async/internal/lambdahttp"
)

func TestParseKey(t *testing.T) {
	tests := []struct {
		field, want string
		ok          bool
	}{
		{"", "", false},
		{`"8e03978e-40d5-43dd-bc93-6894a57f9324"`, "8e03978e-40d5-43dd-bc93-6894a57f9324", true},
		{"8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324", true},
		{`"a \"quoted\" \\ key"`, `a "quoted" \ key`, true},
		{`"key";version=1`, "key", true},
		{`"` + strings.Repeat("k", 255) + `"`, strings.Repeat("k", 255), true},
		{strings.Repeat("k", 256), "", false},
		{`"` + strings.Repeat("k", 256) + `"`, "", false},
		{`""`, "", false},
		{`"unfinished`, "", false},
		{`"one","two"`, "", false},
		{`one,two`, "", false},
		{`"bad \escape"`, "", false},
		{`"ümlaut"`, "", false},
		{"ümlaut", "", false},
		{"two words", "", false},
		{`half"quoted`, "", false},
		{"a;b", "", false},
	}
	for _, tt := range tests {
		got, err := lambdahttp.ParseKey(tt.field)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%q: got %q, %v", tt.field, got, err)
		}
	}
}

func TestParseWait(t *testing.T) {
	tests := []struct {
		prefer string
		want   time.Duration
	}{
		{"", 0},
		{"wait=10", 10 * time.Second},
		{"respond-async, wait=10", 10 * time.Second},
		{"Wait = 7 ; x=1", 7 * time.Second},
		{`wait="3"`, 3 * time.Second},
		{`foo="a,wait=9"; b, wait=4`, 4 * time.Second},
		{`foo="a\",wait=9", wait=4`, 4 * time.Second},
		{"wait=5, wait=9", 5 * time.Second},
		{"foo; wait=9", 0},
		{"wait", 0},
		{"wait=", 0},
		{"wait=-1", 0},
		{"wait=1.5", 0},
		{"wait=ten", 0},
		{"wait=2147483648", (1 << 20) * time.Second},
		{"wait=99999999999999999999", (1 << 20) * time.Second},
		{`"`, 0},
		{",;=,", 0},
	}
	for _, tt := range tests {
		if got, given := lambdahttp.ParseWait(tt.prefer); got != tt.want || got > 0 && !given {
			t.Errorf("%q: got %v, %v, want %v", tt.prefer, got, given, tt.want)
		}
	}
}
