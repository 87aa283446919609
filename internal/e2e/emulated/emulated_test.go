package emulated

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDeployed deploys the stack three times, and lets the smoke test and other
// people's pollers at what comes out. The emulator holds every function to its
// role.
func TestDeployed(t *testing.T) {
	port := startEmulator(t)
	template := buildStack(t)
	var servers []string
	for _, review := range []string{"approve", "reject@moderation", "fail@selection"} {
		servers = append(servers, review+"="+deploy(t, port, template, review))
	}
	t.Run("smoke", func(t *testing.T) {
		_, address, _ := strings.Cut(servers[0], "=")
		run(t, os.Environ(), "go", "run", "./internal/smoke", "-url", address, "-submit")
	})
	t.Run("pollers", func(t *testing.T) {
		cmd := exec.Command("go", "test", "-count=1", "./...")
		cmd.Dir = filepath.Join(root, "internal", "e2e", "pollers")
		cmd.Env = append(os.Environ(), "POLLERS_SERVERS="+strings.Join(servers, ","))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("permissions", func(t *testing.T) {
		lame := without(t, template, "dynamodb:PutItem")
		resp, err := http.Post(deploy(t, port, lame, "reject@selection")+"/api/submit", "application/json", strings.NewReader(talk))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("a submit without the permission to put is answered with %d", resp.StatusCode)
		}
	})
}

const talk = `{"speaker":{"name":"Ada","email":"ada@example.com"},"title":"T","description":"D","track":"History"}`

// without writes a template that does not grant an action.
func without(t *testing.T, template, action string) string {
	t.Helper()
	return edited(t, template, map[string]string{action: "dynamodb:DescribeTable"})
}
