// Command samlocalservices runs what the functions need beside them under sam local:
// it makes the table in the DynamoDB that DYNAMODB_ENDPOINT names, and starts
// stepfunctions with the template's state machine, whose tasks call sam
// local start-lambda. It serves until it is interrupted. docs/sam-local.md
// says how to use it.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	log.SetFlags(0)
	var o options
	flag.StringVar(&o.table, "table", "Submissions", "name of the table")
	flag.StringVar(&o.addr, "addr", "127.0.0.1:8083", "where Step Functions is served; containers have to reach it")
	flag.StringVar(&o.lambda, "lambda-endpoint", "http://127.0.0.1:3001", "where sam local start-lambda serves")
	flag.StringVar(&o.binary, "stepfunctions", "bin/stepfunctions", "the built stepfunctions")
	flag.StringVar(&o.template, "template", "template.yaml", "the template")
	flag.Parse()
	o.dynamodb = os.Getenv("DYNAMODB_ENDPOINT")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		log.Fatal("services: ", err)
	}
}
