package client_test

import (
	"net/http"
	"testing"
	"time"

	"example.org/asynchttpapi/client"
)

func TestRetryAfter(t *testing.T) {
	const date = "Sun, 06 Nov 1994 08:49:37 GMT"
	tests := []struct {
		name, value, date string
		want              time.Duration // 0: none
	}{
		{"seconds", "20", "", 20 * time.Second},
		{"blanks around", " \t20 ", "", 20 * time.Second},
		{"leading zeros", "0007", "", 7 * time.Second},
		{"zero", "0", "", time.Second},
		{"absurd", "999999999", "", 10 * time.Minute},
		{"beyond any integer", "99999999999999999999999999999999", "", 10 * time.Minute},
		{"date, by the server's clock", "Sun, 06 Nov 1994 08:49:52 GMT", date, 15 * time.Second},
		{"date, RFC 850", "Sunday, 06-Nov-94 08:49:52 GMT", date, 15 * time.Second},
		{"date, asctime", "Sun Nov  6 08:49:52 1994", date, 15 * time.Second},
		{"date in the past", "Sun, 06 Nov 1994 08:00:00 GMT", date, time.Second},
		{"absurd date", "Fri, 31 Dec 9999 23:59:59 GMT", date, 10 * time.Minute},
		{"date, no clock but ours", "Thu, 01 Jan 2026 00:00:09 GMT", "", 9 * time.Second},
		{"date, malformed clock", "Thu, 01 Jan 2026 00:00:09 GMT", "now", 9 * time.Second},
		{"absent", "", "", 0},
		{"negative", "-1", "", 0},
		{"signed", "+1", "", 0},
		{"fraction", "1.5", "", 0},
		{"exponent", "1e3", "", 0},
		{"words", "soon", "", 0},
		{"other digits", "٣", "", 0},
		{"list", "1, 2", "", 0},
		{"RFC 3339", "2026-01-01T00:00:09Z", "", 0},
	}
	c := client.NewConn(client.Config{})
	client.SetNow(c, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{"Retry-After": {tt.value}, "Date": {tt.date}}
			got, ok := client.RetryAfter(c, h)
			if got != tt.want || ok != (tt.want != 0) {
				t.Errorf("%v, %v; want %v", got, ok, tt.want)
			}
		})
	}
}

// Whatever a server says, the delay keeps within its bounds.
func FuzzRetryAfter(f *testing.F) {
	for _, v := range []string{"20", "Sun, 06 Nov 1994 08:49:52 GMT", "-1", ""} {
		f.Add(v, "Sun, 06 Nov 1994 08:49:37 GMT", int64(time.Minute))
	}
	f.Fuzz(func(t *testing.T, value, date string, most int64) {
		if most <= 0 {
			return
		}
		c := client.NewConn(client.Config{MaxInterval: time.Duration(most)})
		h := http.Header{"Retry-After": {value}, "Date": {date}}
		d, ok := client.RetryAfter(c, h)
		if ok && (d < time.Second || d > max(time.Duration(most), time.Second)) || !ok && d != 0 {
			t.Errorf("%v, %v", d, ok)
		}
	})
}

func TestEntityTag(t *testing.T) {
	for value, want := range map[string]string{
		`"a"`: `"a"`, `W/"a"`: `W/"a"`, `""`: `""`, `a`: "", `"`: "", `"a`: "", `"a"b"`: "", `w/"a"`: "", `"a b"`: "", "\"a\x7f\"": "", "": "",
	} {
		if got := client.EntityTag(http.Header{"Etag": {value}}); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
}
