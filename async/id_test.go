package async_test

import (
	"os/exec"
	"strings"
	"testing"

	"example.org/asynchttpapi/async"
)

func TestLogID(t *testing.T) {
	for id, want := range map[string]string{
		"":                           "",
		"abc":                        "ba7816bf8f01", // FIPS 180-2, B.1
		"kmoyq5iskti2pmvlnxjiezayem": "9a61616e6ae6",
	} {
		if got := async.LogID(id); got != want {
			t.Errorf("%q: got %q, want %q", id, got, want)
		}
	}
	if id := async.NewSecret(); async.ValidID(async.LogID(id)) {
		t.Error("the name in logs is an id itself")
	}
}

// What docs/observability.md says to operators.
func TestLogIDInAShell(t *testing.T) {
	id := async.NewSecret()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `printf %s "$1" | sha256sum | cut -c1-12`, "sh", id)
	out, err := cmd.Output()
	if got := strings.TrimSpace(string(out)); err != nil || got != async.LogID(id) {
		t.Errorf("got %q, %v, want %q", got, err, async.LogID(id))
	}
}
