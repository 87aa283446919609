package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"

	"example.org/asynchttpapi/internal/e2e/program"
)

// options are what the command line says.
type options struct{ table, addr, lambda, binary, template, dynamodb string }

// run serves until ctx ends. It writes one line, "ready DYNAMODB STEPFUNCTIONS",
// once both can be used.
func run(ctx context.Context, o options, out io.Writer) error {
	if o.dynamodb == "" {
		return errors.New("DYNAMODB_ENDPOINT is not set; .ci/dynalite/run sets it")
	}
	if err := newTable(ctx, o.dynamodb, o.table); err != nil {
		return fmt.Errorf("table %s: %w", o.table, err)
	}
	data, err := os.MkdirTemp("", "stepfunctions")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	url, wait, err := startStepFunctions(ctx, o, data)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "ready", o.dynamodb, url)
	return wait()
}

// startStepFunctions returns its address, and what waits for its end. It is stopped
// when ctx ends.
func startStepFunctions(ctx context.Context, o options, data string) (url string, wait func() error, err error) {
	cmd := exec.CommandContext(ctx, o.binary, "-addr", o.addr, "-data", data, "-lambda-endpoint", o.lambda,
		"-template", o.template)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stderr = os.Stderr
	if url, err = program.Start(cmd); err != nil {
		return "", nil, err
	}
	return url, func() error {
		if err := cmd.Wait(); ctx.Err() == nil {
			return err
		}
		return nil
	}, nil
}
