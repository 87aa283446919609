package functions_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/async/internal/functions"
)

func TestSettingsFromEnv(t *testing.T) {
	unset := functions.Settings{MaxWait: 5 * time.Second, Retention: 90 * 24 * time.Hour, Review: "simulate", Speed: 10}
	got, err := functions.SettingsFromEnv(func(string) string { return "" })
	if err != nil || got.MaxWait != unset.MaxWait || got.Retention != unset.Retention ||
		got.Review != unset.Review || got.Speed != unset.Speed || got.BaseURL != "" || len(got.Origins) != 0 {
		t.Errorf("nothing set: got %+v, %v", got, err)
	}
	env := map[string]string{
		"PUBLIC_BASE_URL": "https://api.example.org", "ALLOWED_ORIGINS": "https://a.example,https://b.example",
		"MAX_WAIT_SECONDS": "0", "RETENTION_DAYS": "7", "REVIEW": "approve", "SEED": "s", "SPEED": "2.5", "STACK_NAME": "prod",
	}
	want := functions.Settings{
		BaseURL: "https://api.example.org", Origins: []string{"https://a.example", "https://b.example"},
		Retention: 7 * 24 * time.Hour, Review: "approve", Seed: "s", Speed: 2.5, Stack: "prod",
	}
	got, err = functions.SettingsFromEnv(func(name string) string { return env[name] })
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("all set: got %+v, %v", got, err)
	}
}

func TestSettingsFromEnvReportsAllMistakes(t *testing.T) {
	env := map[string]string{"MAX_WAIT_SECONDS": "26", "RETENTION_DAYS": "NaN", "SPEED": "0.5"}
	_, err := functions.SettingsFromEnv(func(name string) string { return env[name] })
	if err == nil {
		t.Fatal("no error")
	}
	for name := range env {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
}
