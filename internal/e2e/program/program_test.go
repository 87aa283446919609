package program_test

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"example.org/asynchttpapi/internal/e2e/program"
)

// TestMain is the server of the tests as well: what it says is in SAYS.
func TestMain(m *testing.M) {
	says, ok := os.LookupEnv("SAYS")
	if !ok {
		os.Exit(m.Run())
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	fmt.Print(says)
	if strings.HasPrefix(says, "ready ") {
		<-asked
	}
}

func server(says string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SAYS="+says)
	return cmd
}

func TestStartFor(t *testing.T) {
	if got := program.StartFor(t, server("ready http://127.0.0.1:1\nand more\n")); got != "http://127.0.0.1:1" {
		t.Errorf("the address is %q", got)
	}
}

func TestStartOfWhatIsNotReady(t *testing.T) {
	for _, says := range []string{"", "soon\n", "not ready http://127.0.0.1:1\n"} {
		cmd := server(says)
		if address, err := program.Start(cmd); err == nil || cmd.ProcessState == nil {
			t.Errorf("%q: %q, %v", says, address, err)
		}
	}
	if _, err := program.Start(exec.Command("/no/such/program")); err == nil {
		t.Error("what is not there starts")
	}
}
