package main

import (
	"context"
	"errors"
	"io"

	"github.com/urfave/cli/v3"

	"example.org/asynchttpapi/api"
)

func (a *app) statusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "tell where a talk is now",
		ArgsUsage: "ID | URL",
		Description: `Examples:
   cfs status kq3x…
   cfs status https://talks.example.com/api/status/kq3x…
   cfs --output json status kq3x… | jq -r .customStatus

The exit code tells the outcome: 0 approved, 3 rejected, 4 failed, 8 not finished yet.`,
		Action:       a.status,
		OnUsageError: quietly,
	}
}

func (a *app) status(ctx context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return usageError{errors.New("name one talk, by its id or status URL")}
	}
	ctx, cancel := patience(ctx, c)
	defer cancel()
	s, err := a.connect(c, c.Args().First(), a.mutter)
	if err != nil {
		return err
	}
	st, err := s.Status(ctx, c.Args().First())
	if err != nil {
		return about(c.Args().First(), err)
	}
	if err := a.show(c, st); err != nil {
		return err
	}
	return result(st)
}

func (a *app) show(c *cli.Command, s state) error {
	width := a.width(a.stdout)
	switch {
	case c.String("output") == "json":
		return writeJSON(a.stdout, s)
	case width == 0:
		return writeLine(a.stdout, s)
	}
	_, err := io.WriteString(a.stdout, block(s, a.now(), width, colours(a.getenv, width), locale(a.getenv)))
	return err
}

// result is a state's exit code, as an error unless it is 0.
func result(s state) error {
	if code := verdict(s.Result); code != exitOK {
		return outcome(code)
	}
	return nil
}

func verdict(s api.Submission) int {
	switch {
	case !s.Status.Terminal():
		return exitPending
	case s.Status != api.Succeeded:
		return exitFailed
	case s.CustomStatus == rejected:
		return exitRejected
	}
	return exitOK
}
