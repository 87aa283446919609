// Command bill says what a million submissions cost on AWS. It counts what one
// submission takes, with the deployed binaries on this machine, and multiplies
// by a table of list prices. With -write it keeps the counts in counts.json and
// writes the tables of README.md and docs/cost.md; without a DynamoDB to count
// with it prints the tables of the counts that are kept.
//
//	make bill                            count, and print the tables
//	make bill ARGS=-write                count, and write them
//	go run ./internal/bill -kept -write  write them after a change of prices
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"os/signal"
	"path/filepath"
)

//go:embed counts.json
var kept []byte

func main() {
	log.SetFlags(0)
	n := flag.Int("n", 20, "submissions for each outcome")
	write := flag.Bool("write", false, "keep the counts and write the tables of the documents")
	old := flag.Bool("kept", false, "count nothing: use the counts that are kept")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *n, *write, *old); err != nil {
		log.Fatal("bill: ", err)
	}
}

func run(ctx context.Context, n int, write, old bool) error {
	var c Counted
	if err := json.Unmarshal(kept, &c); err != nil {
		return err
	}
	if !old {
		database := os.Getenv("DYNAMODB_ENDPOINT")
		if database == "" {
			return errors.New("DYNAMODB_ENDPOINT is not set: make bill sets it")
		}
		var err error
		if c, err = count(ctx, ".", database, n); err != nil {
			return err
		}
	}
	if !write {
		fmt.Print(summary(c), "\n", details(c))
		return nil
	}
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join("internal", "bill", "counts.json"), append(data, '\n'), 0o666); err != nil {
		return err
	}
	for path, text := range map[string]string{"README.md": summary(c), filepath.Join("docs", "cost.md"): details(c)} {
		page, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		page, err = fill(page, text)
		if err == nil {
			err = os.WriteFile(path, page, 0o666)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// count builds the binaries and takes every outcome through both machines.
func count(ctx context.Context, root, database string, n int) (Counted, error) {
	dir, err := os.MkdirTemp("", "bill")
	if err != nil {
		return Counted{}, err
	}
	defer os.RemoveAll(dir)
	if err := build(ctx, root, dir); err != nil {
		return Counted{}, err
	}
	c := Counted{Before: map[string]Counts{}, After: map[string]Counts{}}
	for file, into := range map[string]map[string]Counts{
		filepath.Join("async", "asyncgen", "testdata", "inflight", "first.asl.json"): c.Before,
		filepath.Join("statemachine", "process_submission.asl.json"):                 c.After,
	} {
		definition, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return c, err
		}
		for _, o := range outcomes {
			w, err := newHarness(ctx, root, dir, database, string(definition), o.review)
			if err != nil {
				return c, err
			}
			into[o.review], err = w.countSubmissions(ctx, n, polls)
			if err == nil && o.review == "approve" {
				c.Poll, err = w.countPolls(ctx, n)
				c.Poll = c.Poll.rounded()
			}
			w.close()
			if err != nil {
				return c, fmt.Errorf("%s with %s: %w", o.review, file, err)
			}
			into[o.review] = into[o.review].rounded()
		}
	}
	return c, nil
}

// rounded keeps two digits behind the point.
func (c Counts) rounded() Counts {
	for _, f := range []*float64{
		&c.Requests, &c.Transitions, &c.Invocations, &c.WriteUnits, &c.ReadUnits, &c.CPUMillis, &c.DynamoCalls, &c.LogBytes, &c.LogLines, &c.ResponseSize,
	} {
		*f = math.Round(*f*100) / 100
	}
	return c
}
