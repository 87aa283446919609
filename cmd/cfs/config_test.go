package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writeConfig puts a file where the program looks for it.
func (s *session) writeConfig(content string) string {
	s.t.Helper()
	dir := s.t.TempDir()
	s.env["XDG_CONFIG_HOME"] = dir
	path := filepath.Join(dir, "cfs", "config")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func TestPrecedence(t *testing.T) {
	byFlag, byEnv, byFile := seat(t), seat(t), seat(t)
	byFlag.put(byFlag.approved("x"))
	byEnv.put(byEnv.rejected("x"))
	byFile.put(byFile.failed("x"))
	s := piped(t, byEnv)
	s.writeConfig("# where\n\nurl = " + byFile.URL + "\noutput=json\n")
	if code := s.do("--url", byFlag.URL, "status", "x"); code != exitOK {
		t.Errorf("flag: exit code %d: %s", code, &s.err)
	}
	if code := s.do("status", "x"); code != exitRejected {
		t.Errorf("environment: exit code %d: %s", code, &s.err)
	}
	os.Unsetenv("CFS_URL")
	if code := s.do("status", "x"); code != exitFailed || !strings.HasPrefix(s.out.String(), "{") {
		t.Errorf("file: exit code %d: %s%s", code, &s.out, &s.err)
	}
}

func TestConfigMistakes(t *testing.T) {
	for content, want := range map[string]string{
		"url":                "config:1: want a line like",
		"\nulr = x":          "config:2: no such setting: ulr",
		"url = a\nurl = b":   "config:2: url is set twice",
		"output = xml":       "text or json",
		"timeout = -1s":      "not negative",
		"retries = many":     "retries",
		"url = http://a?b=c": "no query",
	} {
		s := piped(t, nil)
		s.writeConfig(content)
		if code := s.do("status", "x"); code != exitUsage || !strings.Contains(s.err.String(), want) {
			t.Errorf("%q: exit code %d: %s", content, code, &s.err)
		}
	}
}

func TestConfigPath(t *testing.T) {
	for _, tt := range []struct{ xdg, explicit, want string }{
		{"", "", "/home/u/.config/cfs/config"},
		{"/xdg", "", "/xdg/cfs/config"},
		{"relative", "", "/home/u/.config/cfs/config"},
		{"/xdg", "/my/config", "/my/config"},
	} {
		env := map[string]string{"HOME": "/home/u", "XDG_CONFIG_HOME": tt.xdg, "CFS_CONFIG": tt.explicit}
		if got := configPath(func(n string) string { return env[n] }); got != tt.want {
			t.Errorf("%+v: %s", tt, got)
		}
	}
}

func TestConfigUnreadable(t *testing.T) {
	s := piped(t, nil)
	s.env["CFS_CONFIG"] = t.TempDir()
	if code := s.do("status", "x"); code != exitUsage || s.err.Len() == 0 {
		t.Errorf("exit code %d: %s", code, &s.err)
	}
}

// A status URL names its server, unless one is named already or there are
// headers that are not for every server.
func TestServer(t *testing.T) {
	c := seat(t)
	c.put(c.rejected("x"))
	ref := c.URL + "/api/status/x"
	s := piped(t, nil)
	s.sleep = func(context.Context, time.Duration) error { return errors.New("asked another server") }
	if code := s.do("status", ref); code != exitRejected {
		t.Errorf("exit code %d: %s", code, &s.err)
	}
	t.Setenv("CFS_URL", "")
	if code := s.do("watch", ref); code != exitRejected {
		t.Errorf("set to nothing: exit code %d: %s", code, &s.err)
	}
	for _, args := range [][]string{{"--url", "http://127.0.0.1:1"}, {"--header", "X-Api-Key:abc"}} {
		s := piped(t, nil)
		code := s.do(append(args, "status", ref)...)
		if code != exitUnexpected || !strings.Contains(s.err.String(), "--trust "+c.URL) {
			t.Errorf("%s: exit code %d: %s", args, code, &s.err)
		}
	}
}
