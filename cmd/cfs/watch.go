package main

import (
	"context"
	"errors"
	"net/url"

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
	named := map[talkAt]bool{}
	for _, ref := range c.Args().Slice() {
		if at := talkOf(server(c, ""), ref); !named[at] {
			named[at] = true
			targets = append(targets, target{ref: ref})
		}
	}
	return a.follow(ctx, c, targets)
}

// talkAt tells talks apart: an id and its status URL are the same one.
type talkAt struct{ host, id string }

func talkOf(server, ref string) talkAt {
	if u, err := url.Parse(ref); err == nil && u.Host != "" {
		return talkAt{u.Host, idOf(ref)}
	}
	if u, err := url.Parse(server); err == nil {
		return talkAt{u.Host, ref}
	}
	return talkAt{"", ref}
}
