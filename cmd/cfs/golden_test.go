package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Each case is one command line, against a committee that knows some talks.
// What it says is in testdata, under the case's name.
func TestGolden(t *testing.T) {
	tests := []struct {
		name  string
		stdin string
		width int // of the terminal; 0: a pipe
		args  string
	}{
		{"help", "", 0, "--help"},
		{"version", "", 0, "--version"},
		{"help-submit", "", 0, "submit --help"},
		{"help-watch", "", 0, "watch --help"},
		{"help-60", "", 60, "--help"},
		{"help-submit-60", "", 60, "submit --help"},
		{"no-command", "", 0, "bogus"},
		{"misspelled-command", "", 0, "staus x"},
		{"misspelled-flag", "", 0, "submit --tilte T"},
		{"bad-flag", "", 0, "status --bogus x"},
		{"bad-output", "", 0, "-o xml status x"},
		{"bad-url", "", 0, "--url localhost:3000 status x"},
		{"bad-header", "", 0, "--header x status x"},
		{"bad-retries", "", 0, "--retries -1 status x"},

		{"submit-stdin", `{"title":"T"}`, 0, "submit -"},
		{"submit-json", `{"title":"T"}`, 0, "submit - -o json"},
		{"submit-terminal", `{"title":"T"}`, 80, "submit -"},
		{"submit-wait", `{"title":"T"}`, 0, "submit - --wait"},
		{"submit-wait-json", `{"title":"T"}`, 0, "--output json submit --wait -"},
		{"submit-refused", `{}`, 0, "submit -"},
		{"submit-refused-flags", "", 0, "submit --name N"},
		{"submit-byte-order-mark", "\ufeff{\"title\":\"T\"}", 0, "submit -"},
		{"submit-refused-json", `{}`, 0, "-o json submit -"},
		{"submit-not-json", "{\n\"title\":\n}", 0, "submit -"},
		{"submit-nothing", "", 0, "submit"},
		{"submit-no-file", "", 0, "submit nosuch.json"},
		{"submit-both", "", 0, "submit --title T talk.json"},

		{"status-moderation", "", 0, "status moderation"},
		{"status-moderation-terminal", "", 80, "status moderation"},
		{"status-selection-terminal", "", 80, "status selection"},
		{"status-approved", "", 0, "status approved"},
		{"status-rejected", "", 0, "status rejected"},
		{"status-failed", "", 0, "status failed"},
		{"status-failed-json", "", 0, "status failed -o json"},
		{"status-terminal", "", 60, "status failed"},
		{"status-not-found", "", 0, "status nosuch"},
		{"status-not-found-json", "", 0, "-o json status nosuch"},
		{"status-expired", "", 0, "status expired"},
		{"status-no-id", "", 0, "status a/b"},
		{"status-two", "", 0, "status a b"},

		{"watch-one", "", 0, "watch changing"},
		{"watch-json", "", 0, "-o json watch changing"},
		{"cancel", "", 0, "cancel SERVER/api/cancel/s3cret-of-moderation"},
		{"cancel-terminal", "", 80, "cancel SERVER/api/cancel/s3cret-of-stopping"},
		{"cancel-json", "", 0, "cancel SERVER/api/cancel/s3cret-of-moderation --output json"},
		{"cancel-too-late", "", 0, "cancel SERVER/api/cancel/s3cret-of-approved"},
		{"cancel-unknown", "", 0, "cancel SERVER/api/cancel/s3cret-of-nosuch"},
		{"cancel-no-url", "", 0, "cancel moderation"},

		{"result", "", 0, "result approved"},
		{"result-terminal", "", 80, "result SERVER/api/result/approved"},
		{"result-pending", "", 0, "result moderation"},
		{"result-pending-url", "", 0, "result SERVER/api/result/moderation"},
		{"result-failed", "", 0, "result failed"},
		{"result-none", "", 0, "result rejected"},
		{"result-unknown", "", 0, "result nosuch"},

		{"watch-twice", "", 0, "watch changing changing"},
		{"watch-none", "", 0, "watch"},
		{"watch-control-characters", "", 0, "watch evil"},
		{"watch-control-characters-json", "", 0, "-o json watch evil"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := seat(t)
			c.put(c.approved(newID))
			c.put(c.moderation("moderation"))
			c.put(c.moderation("stopping"))
			approved := c.approved("approved")
			approved.ResultURL = c.URL + "/api/result/approved"
			c.resultType, c.resultBody = "text/plain", "One\ttwo\x1b[2J\n"
			c.put(approved)
			selection := c.selection("selection")
			selection.CreatedTime, selection.LastUpdatedTime = c.now.Add(23*time.Second), c.now.Add(53*time.Second)
			c.put(selection)
			c.put(c.rejected("rejected"))
			c.put(c.failed("failed"))
			c.put(c.moderation("changing"), c.moderation("changing"), c.selection("changing"), c.approved("changing"))
			evil := c.rejected("evil")
			evil.Message = "\x1b]0;owned\x07\u202eab\u009b2J"
			c.put(evil)
			s := piped(t, c).terminal(tt.width)
			s.env["NO_COLOR"] = "1"
			s.stdin = strings.NewReader(tt.stdin)
			s.golden(tt.name, s.do(strings.Fields(strings.ReplaceAll(tt.args, "SERVER", c.URL))...), c)
		})
	}
}

func TestSubmitFile(t *testing.T) {
	c := seat(t)
	file := filepath.Join(t.TempDir(), "talk.json")
	if err := os.WriteFile(file, []byte("{\"title\":\"T\", \"more\": 1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := piped(t, c)
	if code := s.do("submit", file, "--key", "k1"); code != exitOK {
		t.Fatalf("exit code %d: %s", code, &s.err)
	}
	if want := `{"title":"T","more":1}`; c.got[0] != want || c.keys[0] != `"k1"` {
		t.Errorf("sent %s with key %s, want %s", c.got[0], c.keys[0], want)
	}
}

// Editors on Windows put a byte order mark into a file.
func TestByteOrderMarkInFiles(t *testing.T) {
	c := seat(t)
	s := piped(t, nil)
	s.writeConfig("\ufeffurl = " + c.URL + "\n")
	file := filepath.Join(t.TempDir(), "talk.json")
	if err := os.WriteFile(file, []byte("\ufeff{\"title\":\"T\"}\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := s.do("submit", file); code != exitOK || c.got[0] != `{"title":"T"}` {
		t.Errorf("exit code %d, sent %q: %s", code, c.got, &s.err)
	}
}

// PowerShell's > writes UTF-16.
func TestUTF16IsNamed(t *testing.T) {
	for name, mark := range map[string]string{"little endian": "\xff\xfe{\x00}\x00", "big endian": "\xfe\xff\x00{\x00}"} {
		s := piped(t, seat(t))
		s.stdin = strings.NewReader(mark)
		if code := s.do("submit", "-"); code != exitUsage || !strings.Contains(s.err.String(), "byte order mark is that of UTF-16") {
			t.Errorf("%s: exit code %d: %s", name, code, &s.err)
		}
	}
}

func TestSubmitFlags(t *testing.T) {
	c := seat(t)
	s := piped(t, c)
	code := s.do("submit", "--title", "T", "--name", "N", "--email", "e@example.com", "--country", "GB", "--description", "D", "--track", "K")
	want := `{"speaker":{"name":"N","email":"e@example.com","country":"GB"},"title":"T","description":"D","track":"K"}`
	if code != exitOK || c.got[0] != want {
		t.Errorf("exit code %d, sent %s", code, c.got)
	}
}

func TestSubmitTooMuch(t *testing.T) {
	s := piped(t, seat(t))
	s.stdin = strings.NewReader(strings.Repeat(" ", maxTalk+1))
	if code := s.do("submit", "-"); code != exitUsage || !strings.Contains(s.err.String(), "larger than") {
		t.Errorf("exit code %d: %s", code, &s.err)
	}
}
