package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"example.org/asynchttpapi/internal/e2e/program"
)

// server is one run of the local service.
type server struct {
	url   string
	cmd   *exec.Cmd
	start time.Duration // from exec to the ready line
}

func startServer(binary, data string, args ...string) (*server, error) {
	args = append([]string{"-addr", "127.0.0.1:0", "-data", data, "-stepfunctions-addr", "", "-review", "approve"}, args...)
	cmd := exec.Command(binary, args...)
	began := time.Now()
	url, err := program.Start(cmd)
	if err != nil {
		return nil, err
	}
	return &server{url: url, cmd: cmd, start: time.Since(began)}, nil
}

func (s *server) stop() error { return program.Stop(s.cmd) }

func (s *server) kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// residentMB is the process's resident set in MiB, as the kernel counts it.
func (s *server) residentMB() (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for _, line := range strings.Split(string(b), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("the kernel reports no VmRSS")
}
