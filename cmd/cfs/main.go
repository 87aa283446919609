// Command cfs is the call for speakers on the command line: it submits talks
// and follows them to their decision. See docs/cfs.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := newApp().run(ctx, os.Args)
	stop()
	os.Exit(code)
}
