// Command coldstart measures the deployed binaries, each a process behind a
// Runtime API, against an empty handler that is built and run beside them: the
// time from the start of the process to the first request for work, the first
// and the following invocations, size and memory. Runs of all binaries take
// turns, so that a busy machine is unkind to all alike. It prints medians and
// ratios and judges nothing.
//
// DynamoDB is whatever DYNAMODB_ENDPOINT names; Step Functions is a server in
// this process that only says yes.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
)

func main() {
	log.SetFlags(0)
	runs := flag.Int("runs", 41, "fresh instances of each binary")
	warm := flag.Int("warm", 20, "invocations of each instance after its first")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	endpoint := os.Getenv("DYNAMODB_ENDPOINT")
	if endpoint == "" {
		log.Fatal("coldstart: DYNAMODB_ENDPOINT is not set; .ci/dynalite/run sets it")
	}
	if err := run(ctx, endpoint, *runs, *warm, os.Stdout); err != nil {
		log.Fatal("coldstart: ", err)
	}
}
