package main

import (
	"context"
	"fmt"
	"strings"
)

// items is how many the measured Map has.
const items = 1000

const mapper = `{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {
	"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "` + function + `", "End": true}}}}}}`

// fanOut measures one Map of many items at a time.
func fanOut(ctx context.Context, o options, dir string) error {
	w, err := open(ctx, dir, echo)
	if err != nil {
		return err
	}
	defer w.close()
	arn, err := w.machine(ctx, "map", mapper)
	if err != nil {
		return err
	}
	input := "[" + strings.Repeat("1,", items-1) + "1]"
	var l latencies
	rate, err := repeat(o.each, 1, &l, func() error { return w.complete(ctx, arn, input) })
	l.row(fmt.Sprintf("maps of %d tasks, 1 in flight", items), rate)
	fmt.Printf("%-40s %9.0f tasks/s\n", "", rate*items)
	return err
}
