package main

import (
	"context"
	"errors"

	"github.com/urfave/cli/v3"
)

func (a *app) watchCommand() *cli.Command {
	return &cli.Command{
		Name:      "watch",
		Usage:     "watch talks until they are decided",
		ArgsUsage: "ID | URL ...",
		Description: `On a terminal there is one live line per talk; elsewhere one plain line, with
tabs between time, id, status, stage and message, whenever something changes.

Examples:
   cfs watch kq3x…
   cfs watch kq3x… 7mzp… --timeout 15m
   cfs --output json watch kq3x… | jq -r .message

The exit code is the worst of all: see cfs --help.`,
		Action:       a.watch,
		OnUsageError: quietly,
	}
}

func (a *app) watch(ctx context.Context, c *cli.Command) error {
	if !c.Args().Present() {
		return usageError{errors.New("name the talks, by their ids or status URLs")}
	}
	ctx, cancel := patience(ctx, c)
	defer cancel()
	var targets []target
	for _, ref := range c.Args().Slice() {
		targets = append(targets, target{ref: ref})
	}
	return a.follow(ctx, c, targets)
}
