package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"example.org/asynchttpapi/api"
)

// script is a poller in another language: a program and its script, with a
// space between, as .ci/pollers/run names them. It is done when it prints what
// came out.
func script(command string) func(context.Context, string) error {
	return func(ctx context.Context, base string) error {
		program, file, _ := strings.Cut(command, " ")
		cmd := exec.CommandContext(ctx, program, file, base+api.SubmitPath, talk)
		cmd.Env = append(os.Environ(), "PYTHONUNBUFFERED=1")
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			return err
		}
		if err := cmd.Start(); err != nil {
			return err
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		go cmd.Wait() // its end is not what is measured
		if err != nil || !strings.Contains(line, `"Approved"`) {
			return fmt.Errorf("it printed %q, %v", line, err)
		}
		return nil
	}
}
