package local

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// environment makes a lookup of pairs of names and values.
func environment(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

// hashOfA and hashOfB are the SHA-256 of keys.
var (
	hashOfA = fmt.Sprintf("%x", sha256.Sum256([]byte("a")))
	hashOfB = fmt.Sprintf("%x", sha256.Sum256([]byte("b")))
)

func TestSettingsComeFromFlagsThenEnvironmentThenDefaults(t *testing.T) {
	defaults := Settings{Addr: "127.0.0.1:3000", Data: ".data", FailureStatus: 200, LogErrors: true,
		StepFunctionsAddr: "127.0.0.1:8083", Own: map[string]string{"review": "simulate", "speed": "10"}}
	all := Settings{Addr: "localhost:0", Data: "d", BaseURL: "https://a.example/x",
		AllowHosts: []string{"b.example", "c", "d.example"}, FailureStatus: 409, JSONLog: true, APIKeyHashes: hashOfA, OperatorKeyHashes: hashOfB,
		StepFunctionsAddr: ":9", StepFunctionsAsked: true, Own: map[string]string{"review": "fail@selection", "speed": "2.5"}}
	flags := strings.Fields("-addr localhost:0 -data d -speed 2.5 -review fail@selection -base-url https://a.example/x -allow-host B.example,c -allow-host d.example. -log json -log-errors false -failure-status 409 -stepfunctions-addr :9 -api-key-hashes " + hashOfA + " -operator-key-hashes " + hashOfB)
	variables := []string{"ADDR", "localhost:0", "DATA", "d", "SPEED", "2.5", "REVIEW", "fail@selection",
		"BASE_URL", "https://a.example/x", "ALLOW_HOST", "b.example, c,d.example", "LOG", "json", "LOG_ERRORS", "false", "FAILURE_STATUS", "409", "STEPFUNCTIONS_ADDR", ":9",
		"API_KEY_HASHES", hashOfA, "OPERATOR_KEY_HASHES", hashOfB}
	off := defaults
	off.StepFunctionsAddr, off.StepFunctionsAsked = "", true
	fastest := defaults
	fastest.Own = map[string]string{"review": "simulate", "speed": "inf"}
	tests := map[string]struct {
		args []string
		env  []string
		want Settings
	}{
		"defaults":            {nil, nil, defaults},
		"flags":               {flags, nil, all},
		"environment":         {nil, variables, all},
		"flags win":           {flags, []string{"ADDR", "nonsense", "SPEED", "-1", "LOG", "xml"}, all},
		"empty variables":     {nil, []string{"ADDR", "", "DATA", "", "SPEED", "", "LOG", ""}, defaults},
		"endpoint off":        {[]string{"-stepfunctions-addr", ""}, nil, off},
		"endpoint off by env": {nil, []string{"STEPFUNCTIONS_ADDR", ""}, off},
		"no time at all":      {[]string{"-speed=inf"}, nil, fastest},
	}
	for name, test := range tests {
		got, err := parseSettings(test.args, environment(test.env...), ownSettings, nil)
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, %v\nwant %+v", name, got, err, test.want)
		}
	}
}

func TestBadSettingsAreNamed(t *testing.T) {
	tests := []struct {
		args, env, want string
	}{
		{"-unknown", "", "-unknown"},
		{"-addr", "", "-addr"},
		{"-addr 3000", "", "-addr"},
		{"-addr localhost:http", "", "-addr"},
		{"-addr localhost:65536", "", "-addr"},
		{"-addr localhost:-1", "", "-addr"},
		{"-base-url example.org", "", "-base-url"},
		{"-base-url ftp://example.org", "", "-base-url"},
		{"-base-url https://example.org/?a=b", "", "-base-url"},
		{"-base-url https://example.org/?", "", "-base-url"},
		{"-base-url https://:443", "", "-base-url"},
		{"-allow-host http://a.example", "", "-allow-host"},
		{"-allow-host a.example -allow-host b:80", "", "-allow-host"},
		{"-log xml", "", "-log"},
		{"-log-errors 1", "", "-log-errors"},
		{"-failure-status 404", "", "-failure-status"},
		{"-api-key-hashes my-key", "", "-api-key-hashes"},
		{"-operator-key-hashes 0a", "", "-operator-key-hashes"},
		{"-stepfunctions-addr nowhere", "", "-stepfunctions-addr"},
		{"-data=", "", "-data"},
		{"serve", "", "serve"},
		{"", "xml", "LOG"},
	}
	for _, test := range tests {
		_, err := parseSettings(strings.Fields(test.args), environment("LOG", test.env), ownSettings, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q, LOG=%q: %v", test.args, test.env, err)
		}
	}
}

func TestHelpListsEveryFlagAndCommand(t *testing.T) {
	var out bytes.Buffer
	if _, err := parseSettings([]string{"-h"}, environment(), ownSettings, &out); err != errHelp {
		t.Fatal(err)
	}
	for _, o := range options(ownSettings) {
		if !strings.Contains(out.String(), "-"+o.flag+" ") || !strings.Contains(out.String(), o.env) {
			t.Errorf("help says nothing of -%s:\n%s", o.flag, out.String())
		}
	}
	if !strings.Contains(out.String(), "backup DIR") {
		t.Errorf("help says nothing of the command backup:\n%s", out.String())
	}
}
