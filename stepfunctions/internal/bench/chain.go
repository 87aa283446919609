package main

import (
	"context"
	"fmt"
	"path/filepath"
)

// inFlight are the numbers of executions that are under way at a time.
var inFlight = []int{1, 64, 1000}

const function = "arn:aws:lambda:us-east-1:123456789012:function:f"

const chain = `{"StartAt": "A", "States": {
	"A": {"Type": "Task", "Resource": "` + function + `", "Next": "B"},
	"B": {"Type": "Task", "Resource": "` + function + `", "Next": "C"},
	"C": {"Type": "Task", "Resource": "` + function + `", "End": true}}}`

// chains measures executions of three tasks, one after the other.
func chains(ctx context.Context, o options, dir string) error {
	for _, n := range inFlight {
		if err := chainsAt(ctx, o, filepath.Join(dir, fmt.Sprint(n)), n); err != nil {
			return err
		}
	}
	return nil
}

func chainsAt(ctx context.Context, o options, dir string, n int) error {
	w, err := open(ctx, dir, echo)
	if err != nil {
		return err
	}
	defer w.close()
	arn, err := w.machine(ctx, "chain", chain)
	if err != nil {
		return err
	}
	var l latencies
	rate, err := repeat(o.each, n, &l, func() error { return w.complete(ctx, arn, `{"id":"0123456789012345678901234567890123456789"}`) })
	l.row(fmt.Sprintf("chains of 3 tasks, %d in flight", n), rate)
	fmt.Printf("%-40s %9.2f of SQLite's limit, %.1f journal writes each\n", "", rate/limits[n], float64(chainWrites))
	return err
}
