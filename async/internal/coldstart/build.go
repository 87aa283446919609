package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
)

// flags are those of the deployment.
var flags = []string{"-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s"}

// handlers is where those stand that the functions are measured against.
const handlers = "./async/internal/coldstart/"

// build compiles the functions, and the handlers that they are measured
// against with the same flags.
func build(ctx context.Context, dir string) error {
	args := append([]string{"build", "-o", dir + string(os.PathSeparator)}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, "./functions/...", handlers+"empty", handlers+"connected", handlers+"trusting")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}
