package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// flags are those of the deployment.
var flags = []string{"-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s"}

// build compiles the functions, and the handlers that they are measured
// against with the same flags.
func build(ctx context.Context, dir string) error {
	args := append([]string{"build", "-o", dir + string(os.PathSeparator)}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, "./functions/...", "./internal/bench/coldstart/empty", "./internal/bench/coldstart/connected")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}
