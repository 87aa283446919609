package awsenv_test

import (
	"maps"
	"strings"
	"testing"

	"example.org/asynchttpapi/async/internal/awsenv"
)

var whole = map[string]string{
	"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
}

// with is the whole environment with changes; an empty value takes one away.
func with(changes map[string]string) func(string) string {
	env := maps.Clone(whole)
	maps.Copy(env, changes)
	return func(name string) string { return env[name] }
}

func TestConfig(t *testing.T) {
	cfg, err := awsenv.Config(with(nil), "SFN")
	if err != nil {
		t.Fatal(err)
	}
	c, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil || c.AccessKeyID != "id" || c.SecretAccessKey != "secret" || c.SessionToken != "token" {
		t.Errorf("credentials: %+v, %v", c, err)
	}
	if cfg.Region != "eu-west-1" || cfg.BaseEndpoint != nil || cfg.Retryer().MaxAttempts() != 3 {
		t.Errorf("got %+v", cfg)
	}
}

func TestConfigEndpoint(t *testing.T) {
	tests := map[string]struct {
		env  map[string]string
		want string
	}{
		"for all":     {map[string]string{"AWS_ENDPOINT_URL": "http://localhost:1"}, "http://localhost:1"},
		"for this":    {map[string]string{"AWS_ENDPOINT_URL": "http://localhost:1", "AWS_ENDPOINT_URL_SFN": "https://a.example"}, "https://a.example"},
		"for another": {map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": "http://localhost:1"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cfg, err := awsenv.Config(with(tt.env), "SFN")
			got := ""
			if cfg.BaseEndpoint != nil {
				got = *cfg.BaseEndpoint
			}
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestConfigRegion(t *testing.T) {
	cfg, err := awsenv.Config(with(map[string]string{"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-2"}), "SFN")
	if err != nil || cfg.Region != "us-east-2" {
		t.Errorf("got %q, %v", cfg.Region, err)
	}
}

func TestConfigRefuses(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_REGION": "", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
		"AWS_ENDPOINT_URL_SFN": "localhost:4566", "AWS_ENDPOINT_URL": "http://",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := awsenv.Config(with(map[string]string{name: value}), "SFN")
			if err == nil || !strings.Contains(err.Error(), name+" is not") || value != "" && strings.Contains(err.Error(), value) {
				t.Errorf("got %v, want an error that names %s and no value", err, name)
			}
		})
	}
}
