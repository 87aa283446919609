package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"example.org/asynchttpapi/client"
)

func (a *app) submitCommand() *cli.Command {
	return &cli.Command{
		Name:      "submit",
		Usage:     "submit a talk",
		ArgsUsage: "[FILE | -]",
		Description: `The talk is JSON, in a file or on standard input (-), or is described by flags.

Examples:
   cfs submit talk.json
   cfs submit talk.json --wait --timeout 10m && echo approved
   cfs submit --title "Polling, politely" --name "Ada Lovelace" \
      --email ada@example.com --description "How to wait." --track Backend
   cfs submit talk.json --key "$(sha256sum talk.json | cut -c1-32)"

A file looks like this; bio and country are optional:
   {"speaker": {"name": "…", "email": "…", "bio": "…", "country": "GB"},
    "title": "…", "description": "…", "track": "…"}`,
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "wait", Aliases: []string{"w"}, Usage: "watch it until it is decided"},
			&cli.StringFlag{Name: "key", Usage: "idempotency key: the same key and talk are never submitted twice"},
		}, talkFlags()...),
		Action:       a.submit,
		OnUsageError: quietly,
	}
}

func (a *app) submit(ctx context.Context, c *cli.Command) error {
	body, err := a.readTalk(c)
	if err != nil {
		return err
	}
	ctx, cancel := patience(ctx, c)
	defer cancel()
	s, err := a.connect(c, "", a.mutter)
	if err != nil {
		return err
	}
	accepted, err := s.Submit(ctx, body, keyOption(c)...)
	if err != nil {
		return acceptedYet(accepted, err)
	}
	if c.Bool("wait") {
		a.introduce(c, accepted)
		return a.follow(ctx, c, []target{{ref: accepted.URL, from: accepted}})
	}
	return a.showAccepted(c, accepted)
}

func keyOption(c *cli.Command) []client.SubmitOption {
	if !c.IsSet("key") {
		return nil
	}
	return []client.SubmitOption{client.IdempotencyKey(c.String("key"))}
}

// acceptedYet keeps the id of a talk that was accepted but cannot be followed.
func acceptedYet(s state, err error) error {
	if s.ID == "" {
		return err
	}
	return fmt.Errorf("the talk was accepted as %s, but: %w", clean(s.ID), err)
}

func (a *app) showAccepted(c *cli.Command, s state) error {
	width := a.width(a.stdout)
	switch {
	case c.String("output") == "json":
		return writeJSON(a.stdout, s)
	case width == 0:
		return writeLine(a.stdout, s)
	}
	a.introduce(c, s)
	p := colours(a.getenv, width)
	_, err := fmt.Fprintf(a.stdout, "%s\n%s\n", sentence(s.Result.Message, width), p.faint("Watch it with: cfs watch "+clean(s.ID)))
	return err
}

// introduce tells a person at a terminal how to find the talk again.
func (a *app) introduce(c *cli.Command, s state) {
	width := a.width(a.stdout)
	if width == 0 || c.String("output") == "json" {
		return
	}
	p := colours(a.getenv, width)
	fmt.Fprintln(a.stdout, labelled(p, "Talk", clean(s.ID))+labelled(p, "Status", clean(s.URL)))
}

// mutter tells on standard error that a request is being repeated, for
// commands that have nowhere better to say so.
func (a *app) mutter(r client.Retry) {
	fmt.Fprintf(a.stderr, "cfs: %s; trying again in %s\n", trouble(r.Err), seconds(r.Delay))
}

// trouble is the short form of why there was no answer.
func trouble(err error) string {
	var problem *client.ProblemError
	if errors.As(err, &problem) {
		return fmt.Sprintf("%d %s", problem.StatusCode, clean(problem.Problem.Title))
	}
	return "no answer (" + clean(rootCause(err)) + ")"
}
